import { describe, expect, it } from 'vitest';
import { resolveWall } from './zone';

const resolved = (date: string, time: string, zone: string) => {
  const wall = resolveWall(date, time, zone);
  return wall && [new Date(wall.at).toISOString(), wall.kind];
};

describe('resolveWall', () => {
  it.each([
    ['2026-12-24', '17:00', 'Europe/Amsterdam', '2026-12-24T16:00:00.000Z', 'once'],
    ['2026-07-01', '17:00', 'Europe/Amsterdam', '2026-07-01T15:00:00.000Z', 'once'],
    ['2026-12-24', '17:00', 'UTC', '2026-12-24T17:00:00.000Z', 'once'],
    ['2027-03-28', '02:30', 'Europe/Amsterdam', '2027-03-28T01:00:00.000Z', 'skipped'],
    ['2026-10-25', '02:30', 'Europe/Amsterdam', '2026-10-25T00:30:00.000Z', 'twice'],
    ['2026-03-08', '02:15', 'America/New_York', '2026-03-08T07:00:00.000Z', 'skipped'],
    ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00.000Z', 'twice'],
    ['2026-10-04', '02:10', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z', 'skipped'],
    ['2026-06-01', '09:00', 'Asia/Kathmandu', '2026-06-01T03:15:00.000Z', 'once'],
  ])('%s %s in %s is %s (%s)', (date, time, zone, instant, kind) => {
    expect(resolved(date, time, zone)).toEqual([instant, kind]);
  });
  it('is nothing until it is complete', () => {
    expect(resolved('', '17:00', 'UTC')).toBeNull();
    expect(resolved('2026-12-24', '', 'UTC')).toBeNull();
    expect(resolved('nonsense', '17:00', 'UTC')).toBeNull();
  });
});
