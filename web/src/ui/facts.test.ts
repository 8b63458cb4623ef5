import { describe, expect, it } from 'vitest';
import type { Facts } from '../api/schema';
import { factsOf, listed } from './facts';

const plain: Facts = {
  account_enabled: false,
  guest: false,
  synced: true,
  job_title: null,
  department: 'Sales',
  created_at: null,
  manager: null,
  licenses: [{ id: '1', name: 'SPE_E3', by_group: false }],
};

const shown = (facts: Facts, id: string) => factsOf(facts).find((fact) => fact.id === id)?.value;

describe('factsOf', () => {
  it('says facts in words', () => {
    expect(shown(plain, 'sign_in')).toBe('Blocked');
    expect(shown(plain, 'source')).toBe('Active Directory');
    expect(shown(plain, 'licenses')).toBe('SPE_E3');
    expect(shown(plain, 'manager')).toBe('None');
    const groups = Array.from({ length: 7 }, (_, n) => ({
      id: `g${n}`,
      name: `G${n}`,
      kind: 'security_group' as const,
    }));
    expect(shown({ ...plain, groups }, 'groups')).toBe('G0, G1, G2, G3, G4 and 2 more');
    const mailbox = {
      type: 'UserMailbox',
      size_bytes: 1024,
      archive: false,
      litigation_hold: true,
      retention_hold: false,
      hidden: false,
      forwards_to: null,
    };
    expect(shown({ ...plain, mailbox }, 'mailbox')).toBe('User mailbox');
    expect(shown({ ...plain, mailbox }, 'mailbox_size')).toBe('1 KB');
    expect(shown({ ...plain, mailbox }, 'litigation_hold')).toBe('Yes');
    expect(shown({ ...plain, mailbox }, 'forwarding')).toBeUndefined();
  });
  it('shows what the tasks are about', () => {
    const facts: Facts = {
      ...plain,
      sign_in_methods: [
        { kind: 'phone', name: '+31 6' },
        { kind: 'softwareOath', name: null },
      ],
      devices: [],
      meetings: 3,
      onedrive: { url: 'https://x', size_bytes: 2048 },
    };
    expect(shown(facts, 'sign_in_methods')).toBe('+31 6 and Software oath');
    expect(shown(facts, 'devices')).toBe('None');
    expect(shown(facts, 'meetings')).toBe('3');
    expect(shown(facts, 'onedrive_size')).toBe('2 KB');
    expect(shown({ ...plain, onedrive: null }, 'onedrive')).toBe('None');
  });
  it('lists the first five names, each once', () => {
    expect(listed(['Sales', null, 'Sales', 'IT'])).toBe('Sales and IT');
    expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
  });
  it('tells what was not asked for from what is not there', () => {
    const ids = factsOf(plain).map(({ id }) => id);
    expect(ids).not.toContain('mailbox');
    expect(ids).not.toContain('groups');
    expect(shown({ ...plain, mailbox: null }, 'no_mailbox')).toBe('None');
    expect(shown({ ...plain, roles: [] }, 'roles')).toBe('None');
  });
});
