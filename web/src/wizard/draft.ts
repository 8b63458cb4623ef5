/* What the wizard has been told so far. Kept in this tab's session storage, so that a reload or a session that ended
 * loses nothing; it holds names and choices, no secrets. */
import type { CatalogParameter, CatalogTask, Tenant, TenantRef, User } from '../api/schema';
import { here } from '../schedule/zone';

export interface Person {
  /* An object id, or the word that the server resolves to the user's manager. */
  id: string;
  name: string;
  address: string;
}

export const MANAGER = 'manager';

export const NOTHING = 'nothing';
/* An earlier offboarding. */
export const AS_BEFORE = 'as_before';

export type ParameterValue = string | boolean | Person[];

export interface Choice {
  chosen: boolean;
  parameters: Record<string, ParameterValue>;
}

export interface Draft {
  tenant: TenantRef | null;
  users: Person[];
  options: Record<string, Choice>;
  /* What the options began from: '' the tenant's defaults, NOTHING, AS_BEFORE, or a template's id. */
  source: string;
  /* Nothing is preselected: when to run is always a decision. */
  when: '' | 'now' | 'schedule';
  date: string;
  time: string;
  zone: string;
  /* Minutes before a planned start at which people are reminded; '' never. */
  remind: string;
  /* Who is told: as the tenant has it, or as chosen here. */
  notify: 'tenant' | 'chosen';
  channels: Record<Channel, boolean>;
  emailTo: string;
  reference: string;
  reason: string;
  /* Warnings that were read (request.ts, tickOf), and why blockers are lifted. */
  acknowledged: string[];
  overrideReason: string;
}

export const channels = ['webhook', 'email', 'psa'] as const;
export type Channel = (typeof channels)[number];

export const emptyDraft = (): Draft => ({
  tenant: null,
  users: [],
  options: {},
  source: '',
  when: '',
  date: '',
  time: '',
  zone: here,
  remind: '',
  notify: 'tenant',
  channels: { webhook: true, email: true, psa: true },
  emailTo: '',
  reference: '',
  reason: '',
  acknowledged: [],
  overrideReason: '',
});

export const personOf = (user: Pick<User, 'id' | 'display_name' | 'user_principal_name'>): Person => ({
  id: user.id,
  name: user.display_name,
  address: user.user_principal_name,
});

export const tenantRef = ({ id, default_domain, display_name }: Tenant): TenantRef => ({
  id,
  default_domain,
  display_name,
});

function emptyValue(parameter: CatalogParameter): ParameterValue {
  switch (parameter.type) {
    case 'boolean':
      return parameter.default === true;
    case 'user':
    case 'users':
      return peopleFrom(parameter.default);
    default:
      return typeof parameter.default === 'string' ? parameter.default : '';
  }
}

/* Defaults and templates name people by id only; their names are looked up where they are shown. */
function peopleFrom(value: unknown): Person[] {
  const ids = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  return ids
    .filter((id): id is string => typeof id === 'string' && id !== '')
    .map((id) => ({ id, name: '', address: '' }));
}

function valueFrom(parameter: CatalogParameter, given: unknown): ParameterValue {
  if (given === undefined || given === null) return emptyValue(parameter);
  if (parameter.type === 'user' || parameter.type === 'users') return peopleFrom(given);
  if (parameter.type === 'boolean') return given === true;
  return typeof given === 'string' ? given : emptyValue(parameter);
}

/* The form's choices for options as the API writes them, such as a tenant's defaults: one entry for each task of the
 * catalogue; what the catalogue does not know is left out. */
export function choicesFrom(
  tasks: CatalogTask[],
  options: Record<string, unknown> = {},
): Record<string, Choice> {
  return Object.fromEntries(
    tasks.map((task) => {
      const given = options[task.id];
      const values = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
      const parameters = task.parameters.map((one) => [one.id, valueFrom(one, values[one.id])] as const);
      return [
        task.id,
        { chosen: given === true || given === values, parameters: Object.fromEntries(parameters) },
      ];
    }),
  );
}

/* How many tasks differ from `other` in being chosen or in what they are given. */
export function countChanges(choices: Record<string, Choice>, other: Record<string, Choice>): number {
  const same = (one: Choice | undefined, two: Choice | undefined) =>
    (one?.chosen ?? false) === (two?.chosen ?? false) &&
    (!one?.chosen || plain(one.parameters) === plain(two?.parameters ?? {}));
  return Object.keys({ ...choices, ...other }).filter((id) => !same(choices[id], other[id])).length;
}

/* People count by id: a name that was looked up meanwhile is no change. */
const plain = (parameters: Record<string, ParameterValue>) =>
  JSON.stringify(
    Object.entries(parameters)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([id, value]) => [id, Array.isArray(value) ? value.map((person) => person.id) : value]),
  );

const KEY = 'lastday.draft';

export function loadDraft(): Draft {
  try {
    return { ...emptyDraft(), ...JSON.parse(sessionStorage.getItem(KEY) ?? '{}') };
  } catch {
    return emptyDraft();
  }
}

export const saveDraft = (draft: Draft) => sessionStorage.setItem(KEY, JSON.stringify(draft));
export const forgetDraft = () => sessionStorage.removeItem(KEY);
