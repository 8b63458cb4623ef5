import { describe, expect, it } from 'vitest';
import { bytes, duration, relative } from './format';
import { humanise, t, words } from './t';

describe('t', () => {
  it('fills names in and writes numbers as the reader does', () => {
    expect(t('run.title', { name: 'Adele Vance' })).toBe('Offboarding of Adele Vance');
    expect(t('people.matches', { shown: 50, total: 1204 })).toContain('50 of 1,204');
  });
  it('chooses the plural form by count', () => {
    expect(t('confirm.submit_now', { count: 1 })).toBe('Offboard 1 user now');
    expect(t('confirm.submit_now', { count: 3 })).toBe('Offboard 3 users now');
  });
  it('does not read a value as a pattern', () => {
    expect(t('people.none', { search: '{name} $& %' })).toBe('Nobody matches “{name} $& %”.');
  });
  it('says an unknown code in words', () => {
    expect(words('code', 'no_mailbox')).toBe('There is no mailbox.');
    expect(words('code', 'something_new')).toBe('Something new');
    expect(humanise('m365_group')).toBe('M365 group');
  });
});

describe('format', () => {
  it.each([
    [0, '0 s'],
    [24, '< 0.1 s'],
    [50, '0.1 s'],
    [420, '0.4 s'],
    [12_300, '12 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [-5, '0 s'],
    [86_400_000, '1 d'],
  ])('duration of %d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [900, '900 B'],
    [4_831_838_208, '4.5 GB'],
    [53_687_091_200, '50 GB'],
  ])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));

  it('tells time relative to now', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(relative('2026-11-24T11:57:00Z', now)).toBe('3 minutes ago');
    expect(relative('2026-11-24T14:00:00Z', now)).toBe('in 2 hours');
    expect(relative('2026-11-24T11:59:40Z', now)).toBe('20 seconds ago');
    expect(relative('2026-11-24T12:00:00Z', now)).toBe('now');
  });
});
