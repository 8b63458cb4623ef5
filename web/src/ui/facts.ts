/* What is known about a user, as label and value, in the order in which one asks. Pure. */
import type { Facts } from '../api/schema';
import { bytes, dateTime, list } from '../i18n/format';
import { humanise, t } from '../i18n/t';

export interface Fact {
  id: string;
  label: string;
  value: string;
}

const LISTED = 5;

const yesNo = (value: boolean) => t(value ? 'value.yes' : 'value.no');

/* The first few names, and how many more there are; each once, as with a group that is left and owned. */
export function listed(names: (string | null)[]): string {
  const known = [...new Set(names.filter((name): name is string => Boolean(name)))];
  if (known.length === 0) return t('value.none');
  if (known.length <= LISTED) return list(known);
  return t('value.more', { first: known.slice(0, LISTED).join(', '), count: known.length - LISTED });
}

/* "UserMailbox" as "User mailbox". */
const spaced = (name: string) => humanise(name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());

function mailboxFacts(mailbox: NonNullable<Facts['mailbox']>): [string, string, string | null | undefined][] {
  return [
    ['mailbox', t('fact.mailbox'), mailbox.type && spaced(mailbox.type)],
    [
      'mailbox_size',
      t('fact.mailbox_size'),
      mailbox.size_bytes === undefined ? null : bytes(mailbox.size_bytes),
    ],
    ['archive', t('fact.archive'), yesNo(mailbox.archive)],
    ['litigation_hold', t('fact.litigation_hold'), yesNo(mailbox.litigation_hold)],
    ['retention_hold', t('fact.retention_hold'), yesNo(mailbox.retention_hold)],
    ['hidden', t('fact.hidden'), yesNo(mailbox.hidden)],
    ['forwarding', t('fact.forwarding'), mailbox.forwards_to],
    ['rules', t('fact.rules'), mailbox.rules === undefined ? null : String(mailbox.rules)],
    [
      'automatic_replies',
      t('fact.automatic_replies'),
      mailbox.automatic_replies === undefined ? null : yesNo(mailbox.automatic_replies),
    ],
  ];
}

function driveFacts(drive: Facts['onedrive']): [string, string, string | null | undefined][] {
  if (!drive) return [['onedrive', t('fact.onedrive'), drive === null ? t('value.none') : null]];
  return [
    ['onedrive', t('fact.onedrive'), drive.url],
    [
      'onedrive_size',
      t('fact.onedrive_size'),
      drive.size_bytes === undefined ? null : bytes(drive.size_bytes),
    ],
  ];
}

/* What the chosen tasks did not ask for is missing, which is not the same as nothing. */
export function factsOf(facts: Facts): Fact[] {
  const { mailbox, groups, roles, sole_owner_of: soleOwnerOf } = facts;
  const rows: [id: string, label: string, value: string | null | undefined][] = [
    [
      'sign_in',
      t('fact.sign_in'),
      t(facts.account_enabled ? 'fact.sign_in.allowed' : 'fact.sign_in.blocked'),
    ],
    ['last_sign_in', t('fact.last_sign_in'), facts.last_sign_in_at && dateTime(facts.last_sign_in_at)],
    ['job_title', t('fact.job_title'), facts.job_title],
    ['department', t('fact.department'), facts.department],
    ['manager', t('fact.manager'), facts.manager?.display_name ?? t('value.none')],
    ['source', t('fact.source'), t(facts.synced ? 'fact.source.ad' : 'fact.source.cloud')],
    ['guest', t('fact.guest'), facts.guest ? yesNo(true) : null],
    ['created', t('fact.created'), facts.created_at && dateTime(facts.created_at)],
    ...(mailbox ? mailboxFacts(mailbox) : []),
    ['no_mailbox', t('fact.mailbox'), mailbox === null ? t('value.none') : null],
    ['licenses', t('fact.licenses'), listed(facts.licenses.map(({ name }) => name))],
    ['roles', t('fact.roles'), roles && listed(roles)],
    [
      'eligible_roles',
      t('fact.eligible_roles'),
      facts.eligible_roles?.length ? listed(facts.eligible_roles) : null,
    ],
    ['groups', t('fact.groups'), groups && listed(groups.map(({ id, name }) => name ?? id))],
    ['owned', t('fact.owned'), soleOwnerOf?.length ? listed(soleOwnerOf) : null],
    ['owned_apps', t('fact.owned_apps'), facts.owned_apps?.length ? listed(facts.owned_apps) : null],
    [
      'sign_in_methods',
      t('fact.sign_in_methods'),
      facts.sign_in_methods && listed(facts.sign_in_methods.map(({ name, kind }) => name ?? spaced(kind))),
    ],
    ['devices', t('fact.devices'), facts.devices && listed(facts.devices)],
    ['phone_numbers', t('fact.phone_numbers'), facts.phone_numbers && listed(facts.phone_numbers)],
    ['meetings', t('fact.meetings'), facts.meetings === undefined ? null : String(facts.meetings)],
    ...driveFacts(facts.onedrive),
  ];
  return rows.flatMap(([id, label, value]) => (value ? [{ id, label, value }] : []));
}
