/* What ran when, as shares of the whole time. Pure. */
import type { Task, TaskStatus } from '../api/schema';
import { duration } from '../i18n/format';

interface Bar {
  id: string;
  label: string;
  status: TaskStatus;
  /* Where it begins and how long it is, of 1. */
  from: number;
  width: number;
  took: string;
}

export interface Tick {
  at: number;
  label: string;
}

export interface Timeline {
  bars: Bar[];
  ticks: Tick[];
  /* Where the account could no longer be used; null when that is not in the picture. */
  lockout: number | null;
  /* How many ran at once at most. */
  most: number;
  took: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const steps = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50].map((n) => n * DAY),
];
const TICKS = 5;

function ticksOf(span: number): Tick[] {
  const step = steps.find((one) => span / one <= TICKS) ?? span;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, n) => ({
    at: (n * step) / span,
    label: duration(n * step),
  }));
}

function mostAtOnce(times: [from: number, to: number][]): number {
  const running = times.map(([from]) => times.filter(([other, end]) => other <= from && from < end).length);
  return Math.max(0, ...running);
}

/* Null before anything began. Tasks that never ran have no bar. */
export function timelineOf(
  tasks: Pick<Task, 'id' | 'label' | 'status' | 'started_at' | 'ended_at'>[],
  lockedOutAt: string | null,
  now: number,
): Timeline | null {
  const ran = tasks.flatMap((task) => {
    if (!task.started_at) return [];
    const from = Date.parse(task.started_at);
    return [{ task, from, to: Math.max(from, task.ended_at ? Date.parse(task.ended_at) : now) }];
  });
  if (ran.length === 0) return null;
  const start = Math.min(...ran.map(({ from }) => from));
  const span = Math.max(...ran.map(({ to }) => to)) - start || 1;
  const locked = lockedOutAt ? (Date.parse(lockedOutAt) - start) / span : null;
  return {
    bars: ran.map(({ task, from, to }) => ({
      id: task.id,
      label: task.label,
      status: task.status,
      from: (from - start) / span,
      width: (to - from) / span,
      took: duration(to - from),
    })),
    ticks: ticksOf(span),
    lockout: locked !== null && locked >= 0 && locked <= 1 ? locked : null,
    most: mostAtOnce(ran.map(({ from, to }) => [from, to])),
    took: duration(span),
  };
}
