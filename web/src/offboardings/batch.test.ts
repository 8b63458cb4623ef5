import { describe, expect, it } from 'vitest';
import type { OffboardingStatus, OffboardingSummary } from '../api/schema';
import { together } from './batch';
import { fitting } from './bulk';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const row = (status: OffboardingStatus, lockoutMs: number | null = null, cancel_requested = false) =>
  ({
    id: status,
    status,
    cancel_requested,
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
