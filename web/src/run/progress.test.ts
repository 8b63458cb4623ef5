import { describe, expect, it } from 'vitest';
import type { Phase, Task, TaskStatus } from '../api/schema';
import { byPhase, elapsed, hasEnded, lockoutTook, progressOf, progressWords, taskWarnings } from './progress';

const task = (id: string, phase: Phase, status: TaskStatus) => ({ id, phase, status }) as Task;

describe('progress', () => {
  it('counts what ended and what went wrong', () => {
    const tasks = [
      task('a', 'lockout', 'succeeded'),
      task('b', 'mailbox', 'skipped'),
      task('c', 'access', 'failed'),
      task('d', 'licenses', 'blocked'),
      task('e', 'licenses', 'waiting'),
    ];
    expect(progressOf(tasks)).toEqual({ ended: 4, failed: 2, total: 5 });
  });
  it('calls nothing done that was cancelled or has failed', () => {
    expect(progressWords('running', { ended: 0, failed: 0, total: 1 })).toBe('0 of 1 task done');
    expect(progressWords('cancelled', { ended: 2, failed: 0, total: 2 })).toBe('2 of 2 tasks ended');
    expect(progressWords('failed', { ended: 3, failed: 1, total: 3 })).toBe('3 of 3 tasks ended, 1 failed');
  });
  it('groups by phase in the order of the plan', () => {
    const groups = byPhase([
      task('a', 'lockout', 'pending'),
      task('b', 'mailbox', 'pending'),
      task('c', 'lockout', 'pending'),
    ]);
    expect(groups.map(({ phase, tasks }) => [phase, tasks.map(({ id }) => id)])).toEqual([
      ['lockout', ['a', 'c']],
      ['mailbox', ['b']],
    ]);
  });
  it('says each warning of a task once', () => {
    const [one, two] = [
      { code: 'c', message: 'One.' },
      { code: 'c', message: 'Two.' },
    ];
    const tasks = [
      { label: 'A', warnings: [one, two, one] },
      { label: 'B', warnings: [one] },
    ];
    expect(taskWarnings(tasks)).toEqual(['A: One.', 'A: Two.', 'B: One.']);
  });
  it('measures until now, or until the end', () => {
    const started_at = '2026-01-01T00:00:00Z';
    const now = Date.parse('2026-01-01T00:01:00Z');
    expect(elapsed({ started_at, ended_at: null }, now)).toBe(60_000);
    expect(elapsed({ started_at, ended_at: '2026-01-01T00:00:02Z' }, now)).toBe(2000);
    expect(elapsed({ started_at: null, ended_at: null }, now)).toBeNull();
    expect(lockoutTook({ started_at, locked_out_at: '2026-01-01T00:00:01Z' })).toBe(1000);
    expect(hasEnded('waiting')).toBe(false);
  });
});
