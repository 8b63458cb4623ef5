/* t(key, values): a sentence of the catalogue in the reader's language, numbers and plurals by Intl. */
import { type Catalogue, en, type Key } from './en';
import { locale, number } from './format';

type Text<K extends Key> = Catalogue[K] extends string
  ? Catalogue[K]
  : Extract<Catalogue[K], object>[keyof Extract<Catalogue[K], object>];
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<K extends Key> = { [Name in Names<Text<K>>]: string | number };
type Rest<K extends Key> = [Names<Text<K>>] extends [never] ? [] : [values: Values<K>];

const plural = new Intl.PluralRules(locale);

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

export function t<K extends Key>(key: K, ...rest: Rest<K>): string {
  const values = (rest[0] ?? {}) as Record<string, string | number>;
  const entry: string | Readonly<Record<string, string>> = en[key];
  if (typeof entry === 'string') return fill(entry, values);
  return fill(entry[plural.select(Number(values.count))] ?? entry.other ?? key, values);
}

/* The sentence for a code that the server sent, or the code as words when a newer server knows one that we do not. */
export function words(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return key in en ? t(key as 'status.running') : humanise(code);
}

export function humanise(code: string): string {
  const text = code.replaceAll('_', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
