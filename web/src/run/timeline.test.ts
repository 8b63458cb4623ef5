import { describe, expect, it } from 'vitest';
import type { TaskStatus } from '../api/schema';
import { timelineOf } from './timeline';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const at = (ms: number) => new Date(T0 + ms).toISOString();
const task = (id: string, from: number | null, to: number | null, status: TaskStatus = 'succeeded') => ({
  id,
  label: id,
  status,
  started_at: from === null ? null : at(from),
  ended_at: to === null ? null : at(to),
});

describe('timelineOf', () => {
  it('has nothing to show before anything began', () => {
    expect(timelineOf([task('a', null, null, 'pending')], null, T0)).toBeNull();
  });
  it('lays tasks beside each other and counts how many ran at once', () => {
    const line = timelineOf(
      [task('a', 0, 4000), task('b', 1000, 2000), task('c', 4000, 10_000)],
      at(2500),
      T0,
    );
    expect(line?.bars.map(({ id, from, width, took }) => [id, from, width, took])).toEqual([
      ['a', 0, 0.4, '4 s'],
      ['b', 0.1, 0.1, '1 s'],
      ['c', 0.4, 0.6, '6 s'],
    ]);
    expect(line).toMatchObject({ lockout: 0.25, most: 2, took: '10 s' });
    expect(line?.ticks.map(({ label }) => label)).toEqual(['0 s', '2 s', '4 s', '6 s', '8 s', '10 s']);
  });
  it('lets what runs reach until now, and leaves out what never ran', () => {
    const line = timelineOf(
      [task('a', 0, 1000), task('b', 500, null, 'running'), task('c', null, null)],
      null,
      T0 + 2000,
    );
    expect(line?.bars.map(({ id, from, width }) => [id, from, width])).toEqual([
      ['a', 0, 0.5],
      ['b', 0.25, 0.75],
    ]);
  });
  it('stands when all took no time at all', () => {
    expect(timelineOf([task('a', 0, 0)], at(0), T0)).toMatchObject({ most: 0, lockout: 0 });
  });
});
