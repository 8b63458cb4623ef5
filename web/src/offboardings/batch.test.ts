import { describe, expect, it } from 'vitest';
import type { OffboardingStatus, OffboardingSummary } from '../api/schema';
import { approvalOf, together } from './batch';
import { fitting } from './bulk';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const row = (status: OffboardingStatus, lockoutMs: number | null = null, cancel_requested = false) =>
  ({
    id: status,
    status,
    cancel_requested,
    requested_by: 'robin',
    progress: { ended: status === 'succeeded' ? 4 : 1, failed: status === 'failed' ? 1 : 0, total: 4 },
    started_at: new Date(T0).toISOString(),
    locked_out_at: lockoutMs === null ? null : new Date(T0 + lockoutMs).toISOString(),
  }) as OffboardingSummary;

describe('together', () => {
  it('adds up how far they are and how fast accounts were locked', () => {
    const rows = [
      row('succeeded', 900),
      row('succeeded', 300),
      row('failed', 500),
      row('running'),
      row('needs_attention'),
    ];
    expect(together(rows)).toEqual({
      count: 5,
      ended: 3,
      failed: 1,
      attention: 1,
      waiting: 0,
      tasks: { ended: 11, failed: 1, total: 20 },
      lockout: { median: 500, slowest: 900, count: 3 },
    });
  });
  it('is nothing of nobody', () => {
    expect(together([])).toMatchObject({ count: 0, ended: 0, lockout: null });
  });
});

describe('approvalOf', () => {
  const held = (count: number) => Array.from({ length: count }, () => row('awaiting_approval'));
  it('lets a handful go first', () => {
    expect(approvalOf(held(12), 5)).toEqual({
      requestedBy: 'robin',
      waiting: 12,
      next: 5,
      running: 0,
      isFirst: true,
    });
    expect(approvalOf(held(3), 5)).toMatchObject({ waiting: 3, next: 3 });
  });
  it('waits for these, then lets the others go', () => {
    const some = [row('succeeded'), row('failed'), ...held(7)];
    expect(approvalOf([...some, row('running')], 5)).toMatchObject({ next: 7, running: 1, isFirst: false });
    expect(approvalOf(some, 5)).toMatchObject({ next: 7, running: 0, isFirst: false });
  });
  it('does not take those that were stopped for the first', () => {
    expect(approvalOf([row('cancelled'), ...held(7)], 5)).toMatchObject({ next: 5, isFirst: true });
  });
  it('is nothing when nobody has to approve', () => {
    expect(approvalOf([row('planned'), row('needs_attention')], 5)).toBeNull();
  });
});

describe('fitting', () => {
  const rows = [
    row('planned'),
    row('running'),
    row('waiting', null, true),
    row('failed'),
    row('undoing'),
    row('cancelled'),
  ];
  const ids = (action: 'cancel' | 'retry' | 'reschedule') => fitting(rows, action).map(({ id }) => id);
  it('takes each action only to those it is for', () => {
    expect(ids('cancel')).toEqual(['planned', 'running']);
    expect(ids('retry')).toEqual(['failed']);
    expect(ids('reschedule')).toEqual(['planned']);
  });
});
