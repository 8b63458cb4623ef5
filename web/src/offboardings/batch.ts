/* Many offboardings as one: how far they are together. Pure. */
import type { OffboardingSummary, Progress } from '../api/schema';
import { hasEnded, lockoutTook } from '../run/progress';

export interface Together {
  count: number;
  ended: number;
  failed: number;
  attention: number;
  waiting: number;
  tasks: Progress;
  /* Milliseconds from the start of each until its account could no longer be used; null when none is. */
  lockout: { median: number; slowest: number; count: number } | null;
}

const of = (rows: OffboardingSummary[], ...statuses: OffboardingSummary['status'][]) =>
  rows.filter(({ status }) => statuses.includes(status)).length;

export function together(rows: OffboardingSummary[]): Together {
  const sum = (part: keyof Progress) => rows.reduce((all, { progress }) => all + progress[part], 0);
  const took = rows
    .map(lockoutTook)
    .filter((ms) => ms !== null)
    .sort((a, b) => a - b);
  return {
    count: rows.length,
    ended: rows.filter(({ status }) => hasEnded(status)).length,
    failed: of(rows, 'failed'),
    attention: of(rows, 'needs_attention', 'awaiting_approval'),
    waiting: of(rows, 'waiting', 'queued', 'planned'),
    tasks: { ended: sum('ended'), failed: sum('failed'), total: sum('total') },
    lockout: took.length
      ? {
          median: took[Math.floor((took.length - 1) / 2)] ?? 0,
          slowest: took.at(-1) ?? 0,
          count: took.length,
        }
      : null,
  };
}
