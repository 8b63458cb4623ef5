import { describe, expect, it } from 'vitest';
import { factsOf } from './facts';

const shown = (facts: Record<string, unknown>, id: string) =>
  factsOf(facts).find((fact) => fact.id === id)?.value;

describe('factsOf', () => {
  const facts = {
    user: {
      accountEnabled: false,
      onPremisesSyncEnabled: true,
      licenseAssignmentStates: [{ skuId: '1' }, { skuId: '2' }, { skuId: '1' }],
    },
    skus: [{ skuId: '1', skuPartNumber: 'SPE_E3' }],
    mailbox: { RecipientTypeDetails: 'UserMailbox', ForwardingSmtpAddress: 'smtp:ada@contoso.com' },
    mailbox_size: 1024,
    groups: Array.from({ length: 7 }, (_, n) => ({ displayName: `G${n}` })),
    roles: [],
  };
  it('says what the services answered in words', () => {
    expect(shown(facts, 'sign_in')).toBe('Blocked');
    expect(shown(facts, 'source')).toBe('Active Directory');
    expect(shown(facts, 'licenses')).toBe('SPE_E3 and 2');
    expect(shown(facts, 'mailbox')).toBe('User mailbox');
    expect(shown(facts, 'mailbox_size')).toBe('1 KB');
    expect(shown(facts, 'forwarding')).toBe('ada@contoso.com');
    expect(shown(facts, 'groups')).toBe('G0, G1, G2, G3, G4 and 2 more');
    expect(shown(facts, 'roles')).toBe('None');
  });
  it('leaves out what could not be read, and says when there is no mailbox', () => {
    expect(factsOf({})).toEqual([]);
    expect(shown({ mailbox: null }, 'mailbox')).toBe('None');
    expect(factsOf({ user: 'nonsense', mailbox: 7, skus: null })).toEqual([]);
  });
  it('shows a plain fact that it has no word for', () => {
    expect(factsOf({ teams_phone: '+31', odd: { deep: 1 } })).toEqual([
      { id: 'teams_phone', label: 'Teams phone', value: '+31' },
    ]);
  });
});
