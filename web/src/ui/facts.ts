/* What is known about a user, as label and value. The server may know more kinds of facts than this client: what it has
 * no word for is shown by its name. Pure. */
import { bytes, dateTime, list, number } from '../i18n/format';
import { humanise, t } from '../i18n/t';

export interface Fact {
  id: string;
  label: string;
  value: string;
}

const LISTED = 4;

const nameOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, display_name, label, id } = value as Record<string, unknown>;
  return String(name ?? display_name ?? label ?? id ?? '');
};

function listed(values: unknown[]): string {
  const names = values.map(nameOf).filter(Boolean);
  if (names.length === 0) return t('value.none');
  if (names.length <= LISTED) return list(names);
  return t('value.more', { first: names.slice(0, LISTED).join(', '), count: names.length - LISTED });
}

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));

function shown(id: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? t('value.yes') : t('value.no');
  if (typeof value === 'number') return /(^|_)(bytes|size)$/.test(id) ? bytes(value) : number(value);
  if (typeof value === 'string') return isTime(value) ? dateTime(value) : value;
  if (Array.isArray(value)) return listed(value);
  return nameOf(value);
}

const label = (id: string) => humanise(id.replace(/_(bytes|at)$/, ''));

/* One level of grouping is opened: {"mailbox": {"size_bytes": 1}} is "Mailbox size". */
export function factsOf(facts: Record<string, unknown>): Fact[] {
  return Object.entries(facts).flatMap(([id, value]): Fact[] => {
    if (value === null || value === undefined || value === '') return [];
    const isGroup = typeof value === 'object' && !Array.isArray(value) && nameOf(value) === '';
    if (!isGroup) return [{ id, label: label(id), value: shown(id, value) }];
    return Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined && inner !== '')
      .map(([name, inner]) => ({
        id: `${id}.${name}`,
        label: label(`${id}_${name}`),
        value: shown(name, inner),
      }));
  });
}
