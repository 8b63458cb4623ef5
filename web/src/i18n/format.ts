/* Numbers, times and durations as the reader writes them. The texts are English, so among the reader's languages the
 * first English one decides; times are in the reader's zone. */
export const locale =
  (typeof navigator === 'undefined' ? [] : (navigator.languages ?? [])).find((tag) => /^en\b/i.test(tag)) ??
  'en-GB';

const numberFormat = new Intl.NumberFormat(locale);
const listFormat = new Intl.ListFormat(locale, { type: 'conjunction' });
const dateTimeFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const timeFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

export const number = (value: number) => numberFormat.format(value);
export const list = (values: string[]) => listFormat.format(values);
export const dateTime = (at: string | number | Date) => dateTimeFormat.format(new Date(at));
export const time = (at: string | number | Date) => timeFormat.format(new Date(at));

const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/* A calendar date such as 2026-12-24, whatever the zone. */
export const day = (date: string) => (date ? dayFormat.format(new Date(`${date}T00:00:00Z`)) : '');

export function dateTimeIn(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(at);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/* "3 minutes ago", "in 2 hours"; under a second "now"; over a week the date. */
export function relative(at: string, now: number): string {
  const away = Date.parse(at) - now;
  if (Math.abs(away) > 7 * 86_400_000) return dateTime(at);
  for (const [unit, size] of steps) {
    if (Math.abs(away) >= size) return relativeFormat.format(Math.trunc(away / size), unit);
  }
  return relativeFormat.format(0, 'second');
}

/* The same of what is over: never ahead, although the clock of a page is read only now and then. */
export const ago = (at: string, now: number) => relative(at, Math.max(now, Date.parse(at)));

/* "< 0.1 s", "0.4 s", "12 s", "3 min 5 s", "2 h 10 min", "3 d 4 h". */
export function duration(ms: number): string {
  if (ms > 0 && ms < 50) return `< ${numberFormat.format(0.1)} s`;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${numberFormat.format(Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${numberFormat.format(value)} ${unit}`)
    .join(' ');
}

/* For what ticks. */
export const wholeSeconds = (ms: number) => duration(Math.round(ms / 1000) * 1000);

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = size < 10 && unit > 0 ? 1 : 0;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(size)} ${units[unit]}`;
}
