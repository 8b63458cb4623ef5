/* Amounts as the server sends them, such as "1234.50", with the currency of the price list. */
import { locale } from './format';

export function money(amount: string, currency: string): string {
  const value = Number(amount);
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value);
  } catch {
    /* Three letters that mean no currency here. */
    return `${currency} ${amount}`;
  }
}
