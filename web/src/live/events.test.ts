import { describe, expect, it } from 'vitest';
import type { Item, Offboarding, Task } from '../api/schema';
import { applyEvent, toLiveEvent } from './events';
import { catchUp, position, remember } from './recent';

/* What events do with a task needs no more of it than this. */
const task = (id: string, change: Partial<Task> = {}) =>
  ({
    id,
    label: id,
    phase: 'lockout',
    status: 'pending',
    reason: null,
    started_at: null,
    ended_at: null,
    attempts: 0,
    waiting_until: null,
    error: null,
    warnings: [],
    items: [],
    before: {},
    after: {},
    undoable: true,
    ...change,
  }) as Task;

const item = (id: string, status: Item['status']): Item => ({
  id,
  name: id,
  kind: 'group',
  status,
  message: '',
});

const shown: Offboarding = {
  id: 'o1',
  batch: 'b1',
  status: 'running',
  reference: null,
  reason: null,
  tenant: { id: 't', default_domain: 'd', display_name: 'T' },
  user: { id: 'u', user_principal_name: 'u@d', display_name: 'U' },
  requested_by: 'me',
  created_at: '2026-01-01T00:00:00Z',
  scheduled_at: null,
  schedule: null,
  started_at: '2026-01-01T00:00:01Z',
  ended_at: null,
  locked_out_at: null,
  cancel_requested: false,
  options_from: null,
  options: {},
  plan: [],
  warnings: [],
  tasks: [task('a'), task('b', { status: 'succeeded', ended_at: '2026-01-01T00:00:10Z' })],
};

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;

describe('applyEvent', () => {
  it('replaces a task and leaves what it was given untouched', () => {
    const after = applyEvent(shown, {
      kind: 'task',
      data: { offboarding: 'o1', at: at(5), task: task('a', { status: 'running', started_at: at(5) }) },
    });
    expect(after.tasks.map(({ status }) => status)).toEqual(['running', 'succeeded']);
    expect(shown.tasks[0]?.status).toBe('pending');
  });
  it('does not go back to what a task was before', () => {
    const late = { offboarding: 'o1', at: at(3), task: task('b', { status: 'running', started_at: at(3) }) };
    expect(applyEvent(shown, { kind: 'task', data: late }).tasks[1]?.status).toBe('succeeded');
  });
  it('takes a retry of a task that had ended', () => {
    const retry = {
      offboarding: 'o1',
      at: at(20),
      task: task('b', { status: 'running', started_at: at(20) }),
    };
    expect(applyEvent(shown, { kind: 'task', data: retry }).tasks[1]?.status).toBe('running');
  });
  it('adds an item, then changes it', () => {
    const one = applyEvent(shown, {
      kind: 'item',
      data: { offboarding: 'o1', at: at(5), task: 'a', item: item('g', 'running') },
    });
    const two = applyEvent(one, {
      kind: 'item',
      data: { offboarding: 'o1', at: at(6), task: 'a', item: item('g', 'succeeded') },
    });
    expect(two.tasks[0]?.items).toEqual([item('g', 'succeeded')]);
  });
  it('shows a warning once', () => {
    const warning = { code: 'self', severity: 'warn' as const, message: 'm', task: null };
    const event = { kind: 'warning' as const, data: { offboarding: 'o1', at: at(5), warning } };
    expect(applyEvent(applyEvent(shown, event), event).warnings).toEqual([warning]);
  });
  it('ends', () => {
    const after = applyEvent(shown, {
      kind: 'end',
      data: { offboarding: 'o1', at: at(30), status: 'failed' },
    });
    expect([after.status, after.ended_at]).toEqual(['failed', at(30)]);
  });
  it('leaves another offboarding alone', () => {
    expect(
      applyEvent(shown, { kind: 'end', data: { offboarding: 'o2', at: at(30), status: 'failed' } }),
    ).toBe(shown);
  });
});

describe('an undo', () => {
  const undoing: Offboarding = {
    ...shown,
    status: 'undoing',
    undo: {
      status: 'running',
      requested_by: 'me',
      requested_at: at(20),
      started_at: at(20),
      ended_at: null,
      tasks: [task('b', { direction: 'undo' })],
    },
  };
  const done = task('b', { direction: 'undo', status: 'succeeded' });

  it('moves its own tasks, never those that did', () => {
    const event = { kind: 'task', data: { offboarding: 'o1', at: at(21), task: done } } as const;
    const after = applyEvent(undoing, event);
    expect(after.undo?.tasks).toEqual([done]);
    expect(after.tasks).toEqual(undoing.tasks);
    expect(applyEvent(shown, event)).toEqual(shown);
  });
  it('takes the items that arrive while it runs', () => {
    const after = applyEvent(undoing, {
      kind: 'item',
      data: { offboarding: 'o1', at: at(21), task: 'b', item: item('i', 'succeeded') },
    });
    expect(after.undo?.tasks[0]?.items).toEqual([item('i', 'succeeded')]);
    expect(after.tasks).toEqual(undoing.tasks);
  });
});

describe('toLiveEvent', () => {
  it('passes over what it does not know or cannot read', () => {
    expect(toLiveEvent('new_kind', '{"offboarding":"o1"}')).toBeNull();
    expect(toLiveEvent('task', 'not json')).toBeNull();
    expect(toLiveEvent('task', '{}')).toBeNull();
    expect(toLiveEvent('reset', '{}')).toEqual({ kind: 'reset' });
  });
});

describe('catchUp', () => {
  it('applies what arrived while an answer was on its way, and nothing from before', () => {
    const ended = (status: 'failed' | 'cancelled') =>
      ({ kind: 'end', data: { offboarding: 'o1', at: at(30), status } }) as const;
    remember(ended('cancelled'));
    const since = position();
    expect(catchUp(shown, since).status).toBe('running');
    remember(ended('failed'));
    expect(catchUp(shown, since).status).toBe('failed');
  });
});
