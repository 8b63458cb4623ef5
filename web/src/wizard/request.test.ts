import { describe, expect, it } from 'vitest';
import type { Catalog, CatalogParameter, CatalogTask, Warning } from '../api/schema';
import { describeChoice } from './describe';
import { choicesFrom, countChanges, type Draft, emptyDraft } from './draft';
import {
  acknowledgedCodes,
  deletionPhrase,
  excludedBy,
  fieldOf,
  fieldProblems,
  missingOf,
  optionsOf,
  requestOf,
  reviewOf,
  sharedWarnings,
  stepOf,
  tickOf,
} from './request';

const parameter = (
  id: string,
  type: CatalogParameter['type'],
  change: Partial<CatalogParameter> = {},
): CatalogParameter => ({
  id,
  type,
  label: id,
  help: '',
  required: false,
  choices: [],
  default: null,
  ...change,
});

/* What a request is made of needs no more of a task than this. */
const task = (id: string, change: Partial<CatalogTask> = {}) =>
  ({
    id,
    label: id,
    help: '',
    phase: 'mailbox',
    undoable: true,
    destructive: false,
    parameters: [],
    conflicts: [],
    after: [],
    needs: [],
    ...change,
  }) as CatalogTask;

const catalog: Catalog = {
  phases: [{ id: 'mailbox', label: 'Mailbox' }],
  variables: [],
  tasks: [
    task('hide'),
    task('reply', {
      parameters: [
        parameter('message_html', 'html', { required: true }),
        parameter('external_message_html', 'html'),
        parameter('audience', 'choice', { choices: [{ value: 'all', label: 'Everybody' }], default: 'all' }),
      ],
    }),
    task('forward', {
      parameters: [
        parameter('to', 'user', { required: true }),
        parameter('keep_copy', 'boolean', { default: false }),
      ],
      conflicts: ['stop_forwarding'],
    }),
    task('stop_forwarding'),
    task('grant', { parameters: [parameter('users', 'users', { required: true })] }),
  ],
};

const person = (id: string) => ({ id, name: id.toUpperCase(), address: `${id}@contoso.com` });

function draftWith(options: Record<string, unknown>, change: Partial<Draft> = {}): Draft {
  return { ...emptyDraft(), options: choicesFrom(catalog.tasks, options), ...change };
}

describe('choicesFrom', () => {
  it('makes a choice for every task, with the defaults of its parameters', () => {
    const choices = choicesFrom(catalog.tasks);
    expect(Object.keys(choices)).toEqual(catalog.tasks.map(({ id }) => id));
    expect(choices.reply).toEqual({
      chosen: false,
      parameters: { message_html: '', external_message_html: '', audience: 'all' },
    });
  });
  it('reads options as the API writes them', () => {
    const choices = choicesFrom(catalog.tasks, {
      hide: true,
      forward: { to: 'manager' },
      grant: false,
      gone: true,
    });
    expect(choices.hide?.chosen).toBe(true);
    expect(choices.forward).toEqual({
      chosen: true,
      parameters: { to: [{ id: 'manager', name: '', address: '' }], keep_copy: false },
    });
    expect(choices.grant?.chosen).toBe(false);
    expect(choices).not.toHaveProperty('gone');
  });
});

describe('countChanges', () => {
  const initial = choicesFrom(catalog.tasks, { hide: true, forward: { to: 'u1' } });
  it('counts tasks that are chosen or given something else', () => {
    expect(countChanges(initial, initial)).toBe(0);
    expect(countChanges({ ...initial, hide: { chosen: false, parameters: {} } }, initial)).toBe(1);
    const other = { chosen: true, parameters: { to: [person('u2')], keep_copy: false } };
    expect(countChanges({ ...initial, forward: other }, initial)).toBe(1);
  });
  it('does not count a name that was looked up', () => {
    const named = { chosen: true, parameters: { keep_copy: false, to: [person('u1')] } };
    expect(countChanges({ ...initial, forward: named }, initial)).toBe(0);
  });
});

describe('optionsOf', () => {
  it('sends ids, leaves empty parameters and tasks that are not chosen out', () => {
    const draft = draftWith({
      hide: true,
      reply: { message_html: '<p>x</p>' },
      forward: { to: 'u1', keep_copy: true },
    });
    expect(optionsOf(draft, catalog)).toEqual({
      hide: true,
      reply: { message_html: '<p>x</p>', audience: 'all' },
      forward: { to: 'u1', keep_copy: true },
    });
  });
});

describe('requestOf', () => {
  it('sends no schedule for now and the wall clock for later', () => {
    const tenant = { id: 't1', default_domain: 'd', display_name: 'T' };
    const now = draftWith(
      { hide: true },
      { tenant, users: [person('u1')], when: 'now', date: '2026-12-24', time: '17:00' },
    );
    expect(requestOf(now, catalog, ['self'])).toEqual({
      tenant: 't1',
      users: ['u1'],
      options: { hide: true },
      schedule: null,
      reference: null,
      reason: null,
      acknowledged_warnings: ['self'],
    });
    const later = { ...now, when: 'schedule' as const, zone: 'Europe/Amsterdam' };
    expect(requestOf(later, catalog, []).schedule).toEqual({
      at: '2026-12-24T17:00:00',
      time_zone: 'Europe/Amsterdam',
    });
  });
});

describe('missingOf', () => {
  const paths = (draft: Draft, now = 0) => missingOf(draft, catalog, now).map(({ path }) => path);
  it('asks for a task and for when', () => {
    expect(paths(draftWith({}))).toEqual(['options', 'when']);
  });
  it('asks for what a chosen task needs', () => {
    expect(
      paths(draftWith({ reply: true, forward: true, grant: { users: ['u1'] } }, { when: 'now' })),
    ).toEqual(['options.reply.parameters.message_html', 'options.forward.parameters.to']);
  });
  it('asks for a time that is to come', () => {
    const draft = draftWith(
      { hide: true },
      { when: 'schedule', date: '2026-12-24', time: '17:00', zone: 'UTC' },
    );
    expect(paths(draft, Date.parse('2026-12-24T16:00:00Z'))).toEqual([]);
    expect(paths(draft, Date.parse('2026-12-24T18:00:00Z'))).toEqual(['date']);
    expect(paths({ ...draft, date: '', time: '' })).toEqual(['date', 'time']);
  });
});

describe('excludedBy', () => {
  it('sees a conflict from either side', () => {
    const byId = (id: string) => catalog.tasks.find((one) => one.id === id) as CatalogTask;
    const forwarding = draftWith({ forward: { to: 'u1' } });
    expect(excludedBy(forwarding, catalog, byId('stop_forwarding')).map(({ id }) => id)).toEqual(['forward']);
    expect(
      excludedBy(draftWith({ stop_forwarding: true }), catalog, byId('forward')).map(({ id }) => id),
    ).toEqual(['stop_forwarding']);
    expect(excludedBy(forwarding, catalog, byId('hide'))).toEqual([]);
  });
});

describe('fieldOf', () => {
  it.each([
    ['/options', 'options'],
    ['/options/forward', 'options.forward'],
    ['/options/forward/to', 'options.forward.parameters.to'],
    ['/options/grant/users/0', 'options.grant.parameters.users'],
    ['/users/2', 'users'],
    ['/schedule/at', 'date'],
    ['/schedule/time_zone', 'zone'],
    ['/schedule', 'when'],
    ['/nowhere', null],
    ['', null],
  ])('%s is the field %s', (pointer, path) => expect(fieldOf(pointer)).toBe(path));

  it('leaves out problems that have no field, and knows the step of the others', () => {
    const errors = [
      { pointer: '/users/0', code: 'unknown', message: 'No such user.' },
      { pointer: '?limit', code: 'bad', message: 'Too many.' },
    ];
    expect(fieldProblems(errors)).toEqual([{ path: 'users', message: 'No such user.' }]);
    expect(['tenant', 'users', 'date', 'options.a.parameters.b'].map(stepOf)).toEqual([
      'tenant',
      'users',
      'options',
      'options',
    ]);
  });
});

describe('acknowledgedCodes', () => {
  const warn = (code: string, severity: Warning['severity'] = 'warn'): Warning => ({
    code,
    severity,
    message: code,
    task: null,
  });
  const reviews = new Map([
    ['u1', reviewOf({ warnings: [warn('role'), warn('hold'), warn('note', 'info')] })],
    ['u2', reviewOf({ warnings: [warn('role'), warn('stop', 'blocker')] })],
  ]);
  it('names a code only when it was ticked at every user', () => {
    const ticks = new Set([tickOf('u1', warn('role')), tickOf('u1', warn('hold'))]);
    expect(acknowledgedCodes(reviews, ticks)).toEqual(['hold']);
    ticks.add(tickOf('u2', warn('role')));
    expect(acknowledgedCodes(reviews, ticks)).toEqual(['role', 'hold']);
  });
});

describe('describeChoice', () => {
  it('says in words what a task was given', () => {
    const { options } = draftWith({
      forward: { to: 'manager', keep_copy: true },
      reply: { message_html: '<p>a &lt; b</p>' },
    });
    const lines = (id: string) =>
      describeChoice(catalog.tasks.find((one) => one.id === id) as CatalogTask, options[id]);
    expect(lines('forward')).toEqual(["to: The user's manager", 'keep_copy: yes']);
    expect(lines('reply')).toEqual(['message_html: “a < b”', 'audience: Everybody']);
  });
});

describe('what a request says beyond the tasks', () => {
  it('tells as the tenant has it unless somebody chose', () => {
    expect(requestOf(emptyDraft(), catalog, [])).not.toHaveProperty('notify');
    const chosen: Draft = {
      ...emptyDraft(),
      notify: 'chosen',
      channels: { webhook: false, email: true, psa: false },
      emailTo: 'hr@contoso.com, it@contoso.com',
    };
    expect(requestOf(chosen, catalog, []).notify).toEqual({
      webhook: false,
      email: true,
      psa: false,
      email_to: ['hr@contoso.com', 'it@contoso.com'],
    });
    const silent: Draft = { ...chosen, channels: { webhook: true, email: false, psa: false } };
    expect(requestOf(silent, catalog, []).notify).not.toHaveProperty('email_to');
  });
  it('reminds before a planned start', () => {
    const planned: Draft = {
      ...emptyDraft(),
      when: 'schedule',
      date: '2030-01-01',
      time: '09:00',
      zone: 'UTC',
    };
    expect(requestOf({ ...planned, remind: '60' }, catalog, []).schedule).toEqual({
      at: '2030-01-01T09:00:00',
      time_zone: 'UTC',
      remind_before_minutes: 60,
    });
  });
  it('lifts blockers with the reason, and only when there are any', () => {
    const draft: Draft = { ...emptyDraft(), overrideReason: ' The board asked ' };
    expect(requestOf(draft, catalog, [], ['protected_user']).override).toEqual({
      codes: ['protected_user'],
      reason: 'The board asked',
    });
    expect(requestOf(draft, catalog, [])).not.toHaveProperty('override');
  });
});

describe('sharedWarnings', () => {
  const warning = (code: string, message = code): Warning => ({
    code,
    message,
    severity: 'warn',
    task: null,
  });
  const review = (...toAcknowledge: Warning[]) => ({ blockers: [], notes: [], toAcknowledge });
  it('has each sentence once, with whom it is about, the most frequent first', () => {
    const shared = sharedWarnings(
      new Map([
        ['1', review(warning('rare'), warning('size', '60 GB'))],
        ['2', review(warning('often'))],
        ['3', review(warning('often'), warning('size', '70 GB'))],
      ]),
    );
    expect(shared.map(({ warning: { message }, users }) => [message, users])).toEqual([
      ['often', ['2', '3']],
      ['rare', ['1']],
      ['60 GB', ['1']],
      ['70 GB', ['3']],
    ]);
  });
});

describe('deletionPhrase', () => {
  const person = (id: string) => ({ id, name: id, address: `${id}@contoso.com` });
  it('is the address of one, and the number of many', () => {
    expect(deletionPhrase({ users: [person('adele')] })).toBe('adele@contoso.com');
    expect(deletionPhrase({ users: ['a', 'b', 'c'].map(person) })).toBe('delete 3 users');
  });
});
