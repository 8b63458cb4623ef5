import { describe, expect, it } from 'vitest';
import type { OffboardingSummary } from '../api/schema';
import { byDay, monthKey, monthOf, shifted, weeksOf } from './calendar';

const now = new Date(2026, 10, 26);
const keys = (text: string, firstDay: number) =>
  weeksOf(monthOf(text, now), firstDay).map((week) => `${week[0]?.key}…${week[6]?.key}`);

describe('a month', () => {
  it('is whole weeks that begin where the reader’s weeks do', () => {
    expect(keys('2026-12', 1)).toEqual([
      '2026-11-30…2026-12-06',
      '2026-12-07…2026-12-13',
      '2026-12-14…2026-12-20',
      '2026-12-21…2026-12-27',
      '2026-12-28…2027-01-03',
    ]);
    expect(keys('2026-12', 7)[0]).toBe('2026-11-29…2026-12-05');
    expect(keys('2027-02', 1)).toHaveLength(4);
  });
  it('is that of now where the address names none', () => {
    expect(['', '2026-13', 'x'].map((text) => monthKey(monthOf(text, now)))).toEqual([
      '2026-11',
      '2026-11',
      '2026-11',
    ]);
  });
  it('goes over the year', () => expect(monthKey(shifted(monthOf('2026-12', now), 1))).toBe('2027-01'));
});

describe('byDay', () => {
  it('puts each on its day here', () => {
    const row = (id: string, date: Date | null) =>
      ({ id, scheduled_at: date?.toISOString() ?? null }) as OffboardingSummary;
    const days = byDay([
      row('a', new Date(2026, 11, 24, 0, 5)),
      row('b', new Date(2026, 11, 24, 23)),
      row('c', null),
    ]);
    expect([...days].map(([key, rows]) => [key, rows.map(({ id }) => id)])).toEqual([
      ['2026-12-24', ['a', 'b']],
    ]);
  });
});
