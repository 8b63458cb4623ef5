/* A month as weeks of days, in the reader's zone. Pure. */
import type { OffboardingSummary } from '../api/schema';

export interface Day {
  /* yyyy-mm-dd */
  key: string;
  date: Date;
  inMonth: boolean;
}

const two = (value: number) => String(value).padStart(2, '0');
export const dayKey = (date: Date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/* "2026-12", or the month of now where the text is none. */
export function monthOf(text: string, now: Date): Date {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(text) ?? [];
  const at = Number(month);
  return year && at >= 1 && at <= 12
    ? new Date(Number(year), at - 1, 1)
    : new Date(now.getFullYear(), now.getMonth(), 1);
}

export const monthKey = (month: Date) => dayKey(month).slice(0, 7);
export const shifted = (month: Date, by: number) => new Date(month.getFullYear(), month.getMonth() + by, 1);

/* Whole weeks around the month; firstDay 1 is Monday, 7 Sunday. */
export function weeksOf(month: Date, firstDay: number): Day[][] {
  const before = (month.getDay() - (firstDay % 7) + 7) % 7;
  const days = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate();
  const weeks = Math.ceil((before + days) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => {
      const date = new Date(month.getFullYear(), month.getMonth(), 1 - before + week * 7 + day);
      return { key: dayKey(date), date, inMonth: date.getMonth() === month.getMonth() };
    }),
  );
}

export function byDay(rows: OffboardingSummary[]): Map<string, OffboardingSummary[]> {
  const days = new Map<string, OffboardingSummary[]>();
  for (const row of rows) {
    if (!row.scheduled_at) continue;
    const key = dayKey(new Date(row.scheduled_at));
    days.set(key, [...(days.get(key) ?? []), row]);
  }
  return days;
}
