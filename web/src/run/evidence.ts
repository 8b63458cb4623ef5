/* What a task found before and after, field by field, as people read it. The fields are Microsoft's. Pure. */
import { dateTime } from '../i18n/format';
import { humanise, t } from '../i18n/t';
import { listed } from '../ui/facts';
import { textOf } from '../wizard/describe';

export interface Change {
  field: string;
  label: string;
  before: string;
  after: string;
  changed: boolean;
}

type Fields = Record<string, unknown>;

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/* What to call an object of a list, the most telling first. */
const names = [
  'displayName',
  'Name',
  'name',
  'subject',
  'Title',
  'User',
  'Trustee',
  'skuPartNumber',
  'skuId',
  'id',
];

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return said(value);
  const found = names.map((name) => (value as Fields)[name]).find((name) => typeof name === 'string' && name);
  return typeof found === 'string' ? found : JSON.stringify(value);
}

function said(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('value.none');
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  if (Array.isArray(value)) return listed(value.map(nameOf));
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (instant.test(text)) return dateTime(text);
  return text.includes('<') ? textOf(text) || t('value.none') : text;
}

/* "ForwardingSmtpAddress" and "site_admins" as "Forwarding smtp address" and "Site admins". */
const spaced = (name: string) => humanise(name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase());

/* Every field of either side, what changed first. */
export function changesOf(before: Fields, after: Fields): Change[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({
      field,
      label: spaced(field),
      before: field in before ? said(before[field]) : '',
      after: field in after ? said(after[field]) : '',
      changed: JSON.stringify(before[field]) !== JSON.stringify(after[field]),
    }))
    .sort((one, two) => Number(two.changed) - Number(one.changed));
}
