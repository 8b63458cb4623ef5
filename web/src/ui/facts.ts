/* What is known about a user, as label and value, out of what Microsoft's services answered: their property names
 * stand here and nowhere else in the client. What has no row here is shown when it is a plain value. Pure. */
import { bytes, dateTime, list, number } from '../i18n/format';
import { humanise, t } from '../i18n/t';

export interface Fact {
  id: string;
  label: string;
  value: string;
}

type Json = Record<string, unknown>;

const LISTED = 5;

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const yesNo = (value: unknown) => (typeof value === 'boolean' ? t(value ? 'value.yes' : 'value.no') : '');

function listed(names: string[]): string {
  const known = names.filter(Boolean);
  if (known.length === 0) return t('value.none');
  if (known.length <= LISTED) return list(known);
  return t('value.more', { first: known.slice(0, LISTED).join(', '), count: known.length - LISTED });
}

const namesIn = (value: unknown) =>
  Array.isArray(value) ? listed(value.map((one) => text(one) || text(object(one).displayName))) : '';

function licenses({ user, skus }: Json): string {
  const states = object(user).licenseAssignmentStates;
  if (!Array.isArray(states)) return '';
  const names = new Map(array(skus).map((sku) => [text(object(sku).skuId), text(object(sku).skuPartNumber)]));
  const ids = [...new Set(states.map((state) => text(object(state).skuId)))];
  return listed(ids.map((id) => names.get(id) || id));
}

/* "UserMailbox" as "User mailbox". */
const spaced = (name: string) => humanise(name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());

function mailbox({ mailbox: found }: Json): string {
  if (found === null) return t('value.none');
  return spaced(text(object(found).RecipientTypeDetails));
}

const when = (value: unknown) => (text(value) ? dateTime(text(value)) : '');

const rows: [id: string, label: string, value: (facts: Json) => string][] = [
  ['sign_in', t('fact.sign_in'), ({ user }) => signIn(object(user).accountEnabled)],
  [
    'last_sign_in',
    t('fact.last_sign_in'),
    ({ user }) => when(object(object(user).signInActivity).lastSignInDateTime),
  ],
  ['job_title', t('fact.job_title'), ({ user }) => text(object(user).jobTitle)],
  ['department', t('fact.department'), ({ user }) => text(object(user).department)],
  ['manager', t('fact.manager'), ({ people }) => text(object(object(people).manager).displayName)],
  ['source', t('fact.source'), ({ user }) => source(object(user))],
  ['mailbox', t('fact.mailbox'), mailbox],
  [
    'mailbox_size',
    t('fact.mailbox_size'),
    ({ mailbox_size: size }) => (typeof size === 'number' ? bytes(size) : ''),
  ],
  ['forwarding', t('fact.forwarding'), ({ mailbox: found }) => forwarding(object(found))],
  [
    'litigation_hold',
    t('fact.litigation_hold'),
    ({ mailbox: found }) => yesNo(object(found).LitigationHoldEnabled),
  ],
  ['licenses', t('fact.licenses'), licenses],
  ['roles', t('fact.roles'), ({ roles }) => namesIn(roles)],
  ['groups', t('fact.groups'), ({ groups }) => namesIn(groups)],
  ['owned', t('fact.owned'), ({ owned }) => (array(owned).length ? namesIn(owned) : '')],
];

function signIn(enabled: unknown): string {
  if (typeof enabled !== 'boolean') return '';
  return t(enabled ? 'fact.sign_in.allowed' : 'fact.sign_in.blocked');
}

function source(user: Json): string {
  if (Object.keys(user).length === 0) return '';
  return t(user.onPremisesSyncEnabled === true ? 'fact.source.ad' : 'fact.source.cloud');
}

function forwarding(found: Json): string {
  const to = text(found.ForwardingSmtpAddress) || text(found.ForwardingAddress);
  return to.replace(/^smtp:/i, '');
}

const read = new Set([
  'user',
  'people',
  'mailbox',
  'mailbox_size',
  'skus',
  'roles',
  'groups',
  'owned',
  'sole_owner_of',
  'direct_reports',
]);

function plainFacts(facts: Json): Fact[] {
  return Object.entries(facts).flatMap(([id, value]): Fact[] => {
    if (read.has(id)) return [];
    const shown =
      yesNo(value) ||
      (typeof value === 'number' ? number(value) : text(value)) ||
      (array(value).length && array(value).every((one) => typeof one === 'string') ? namesIn(value) : '');
    return shown ? [{ id, label: humanise(id), value: shown }] : [];
  });
}

export const factsOf = (facts: Json): Fact[] => [
  ...rows
    .map(([id, label, value]) => ({ id, label, value: value(facts) }))
    .filter(({ value }) => value !== ''),
  ...plainFacts(facts),
];
