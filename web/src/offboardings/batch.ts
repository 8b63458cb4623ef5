/* Many offboardings as one: how far they are together. Pure. */
import type { OffboardingSummary, Progress } from '../api/schema';
import { hasEnded, lockoutTook } from '../run/progress';

interface Together {
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

/* A large request that waits for a second person: who asked for it, and what the next approval lets go. */
export interface Approval {
  requestedBy: string;
  waiting: number;
  next: number;
  /* Let go before and not ended yet: the next approval waits for them. */
  running: number;
  isFirst: boolean;
}

/* Null when none of them waits. `first`: how many the first approval lets go. */
export function approvalOf(rows: OffboardingSummary[], first: number): Approval | null {
  const held = rows.filter(({ status }) => status === 'awaiting_approval');
  const [one] = held;
  if (!one) return null;
  const released = rows.filter(({ status }) => status !== 'awaiting_approval' && status !== 'cancelled');
  const isFirst = released.length === 0;
  return {
    requestedBy: one.requested_by,
    waiting: held.length,
    next: isFirst ? Math.min(first, held.length) : held.length,
    running: released.filter(({ status }) => !hasEnded(status)).length,
    isFirst,
  };
}
