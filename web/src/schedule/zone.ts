/* From a local time and a zone to the instant it means, by the server's rule: a time that the clocks skip becomes the
 * first instant after the gap, one that occurs twice is the first. Only shown; the server decides. */
import type { Schedule } from '../api/schema';
import { t } from '../i18n/t';

export const here = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/* What a clock on the wall shows, and where it hangs; '' where nothing is said yet. */
export interface WallTime {
  date: string;
  time: string;
  zone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/* The zone's offset from UTC at an instant, in ms. */
function offsetAt(at: number, zone: string): number {
  const part = Object.fromEntries(
    format(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const DAY = 86_400_000;

interface Wall {
  at: number;
  kind: 'once' | 'twice' | 'skipped';
}

export function resolveWall(date: string, time: string, zone: string): Wall | null {
  const wall = Date.parse(`${date}T${time}:00Z`);
  if (!date || !time || Number.isNaN(wall)) return null;
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  const fits = [...new Set([before, after])]
    .map((offset) => wall - offset)
    .filter((at) => at + offsetAt(at, zone) === wall)
    .sort((a, b) => a - b);
  const [first] = fits;
  if (first !== undefined) return { at: first, kind: fits.length > 1 ? 'twice' : 'once' };
  return {
    at: changeBetween(
      wall - Math.max(before, after) - DAY / 8,
      wall - Math.min(before, after) + DAY / 8,
      zone,
    ),
    kind: 'skipped',
  };
}

/* The instant between two at which the offset changes. */
function changeBetween(from: number, to: number, zone: string): number {
  const start = offsetAt(from, zone);
  let low = Math.floor(from / 1000);
  let high = Math.floor(to / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000, zone) === start) low = middle;
    else high = middle;
  }
  return high * 1000;
}

export const zones = (first: string): string[] => {
  const all = Intl.supportedValuesOf('timeZone');
  return [...new Set([first, 'UTC', ...all])];
};

export const scheduleOf = ({ date, time, zone }: WallTime): Schedule => ({
  at: `${date}T${time}:00`,
  time_zone: zone,
});

/* A Windows name of a zone is unknown to the browser: then the time is asked for in the zone here. */
export function wallOf({ at, time_zone }: Schedule): WallTime {
  const zone = Intl.supportedValuesOf('timeZone').includes(time_zone) ? time_zone : here;
  return { date: at.slice(0, 10), time: zone === time_zone ? at.slice(11, 16) : '', zone };
}

/* What is missing or past, by field. */
export function wallProblems(wall: WallTime, now: number): Partial<Record<keyof WallTime, string>> {
  const resolved = resolveWall(wall.date, wall.time, wall.zone);
  return {
    ...(!wall.date && { date: t('when.date_missing') }),
    ...(!wall.time && { time: t('when.time_missing') }),
    ...(resolved && resolved.at < now - 60_000 && { date: t('when.past') }),
  };
}
