import { describe, expect, it } from 'vitest';
import type { Catalog, CatalogTask } from '../api/schema';
import { sectionOf } from './sections';

const task = (id: string, change: object = {}) =>
  ({ id, phase: 'mailbox', parameters: [], conflicts: [], ...change }) as unknown as CatalogTask;
const given = (type: string) => ({ parameters: [{ id: 'p', type }] });

const tasks = [
  task('hide'),
  task('reply', { ...given('html'), conflicts: ['delete'] }),
  task('forward', { ...given('user'), conflicts: ['stop', 'delete'] }),
  task('stop', { conflicts: ['forward'] }),
  task('share', given('users')),
  task('links', { phase: 'data' }),
  task('group', { phase: 'access', ...given('group') }),
  task('delete', { phase: 'account', conflicts: ['forward', 'reply'] }),
];
const catalog = { phases: [], tasks, variables: [] } as Catalog;

describe('sectionOf', () => {
  it('puts handing over and its opposite together, and the rest into the settings', () => {
    const inSection = (section: string) =>
      tasks.filter((one) => sectionOf(one, catalog) === section).map(({ id }) => id);
    expect(inSection('access')).toEqual(['reply', 'forward', 'stop', 'share', 'links']);
    expect(inSection('settings')).toEqual(['hide', 'group', 'delete']);
  });
});
