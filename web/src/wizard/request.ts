/* From the draft to what the server is asked, and from its refusals back to the fields. Pure. */
import type {
  Catalog,
  CatalogParameter,
  CatalogTask,
  FieldError,
  NewOffboarding,
  Notify,
  Options,
  Preflight,
  Warning,
} from '../api/schema';
import { t } from '../i18n/t';
import { scheduleOf, wallProblems } from '../schedule/zone';
import { addressesOf } from '../ui/addresses';
import type { Choice, Draft, ParameterValue } from './draft';

const isEmpty = (value: ParameterValue | undefined) =>
  value === undefined || (typeof value !== 'boolean' && value.length === 0);

function sent(parameter: CatalogParameter, value: ParameterValue): boolean | string | string[] {
  if (!Array.isArray(value)) return value;
  const ids = value.map((person) => person.id);
  return parameter.type === 'user' ? (ids[0] ?? '') : ids;
}

function optionOf(task: CatalogTask, choice: Choice): Options[string] {
  if (task.parameters.length === 0) return true;
  const given = task.parameters.flatMap((parameter) => {
    const value = choice.parameters[parameter.id];
    return value === undefined || isEmpty(value) ? [] : [[parameter.id, sent(parameter, value)] as const];
  });
  return given.length ? Object.fromEntries(given) : true;
}

export const isChosen = (draft: Pick<Draft, 'options'>, task: string) => draft.options[task]?.chosen ?? false;

export const chosenTasks = (draft: Pick<Draft, 'options'>, catalog: Catalog) =>
  catalog.tasks.filter((task) => isChosen(draft, task.id));

/* Chosen tasks that rule `task` out. */
export const excludedBy = (draft: Pick<Draft, 'options'>, catalog: Catalog, task: CatalogTask) =>
  catalog.tasks.filter(
    (other) =>
      other.id !== task.id &&
      isChosen(draft, other.id) &&
      (task.conflicts.includes(other.id) || other.conflicts.includes(task.id)),
  );

export const optionsOf = (draft: Pick<Draft, 'options'>, catalog: Catalog): Options =>
  Object.fromEntries(
    chosenTasks(draft, catalog).map((task) => [task.id, optionOf(task, draft.options[task.id] as Choice)]),
  );

const notifyOf = ({ channels, emailTo }: Draft): Notify => ({
  ...channels,
  ...(channels.email && emailTo.trim() && { email_to: addressesOf(emailTo) }),
});

const reminderOf = ({ remind }: Draft) => (remind ? { remind_before_minutes: Number(remind) } : {});

/* `lifted` are the codes of the blockers that the reason in the draft is about. */
export function requestOf(
  draft: Draft,
  catalog: Catalog,
  acknowledged: string[],
  lifted: string[] = [],
): NewOffboarding {
  return {
    tenant: draft.tenant?.id ?? '',
    users: draft.users.map((person) => person.id),
    options: optionsOf(draft, catalog),
    schedule: draft.when === 'schedule' ? { ...scheduleOf(draft), ...reminderOf(draft) } : null,
    ...(draft.notify === 'chosen' && { notify: notifyOf(draft) }),
    reference: draft.reference.trim() || null,
    reason: draft.reason.trim() || null,
    acknowledged_warnings: acknowledged,
    ...(lifted.length > 0 && { override: { codes: lifted, reason: draft.overrideReason.trim() } }),
  };
}

export interface FieldProblem {
  /* The field's path in the draft. */
  path: string;
  message: string;
  /* The task whose field it is, where the message alone does not tell. */
  task?: string;
}

/* What can be seen to be missing without asking the server. */
export function missingOf(draft: Draft, catalog: Catalog, now: number): FieldProblem[] {
  const chosen = chosenTasks(draft, catalog);
  const problems: FieldProblem[] = [];
  if (chosen.length === 0) problems.push({ path: 'options', message: t('options.none_chosen') });
  for (const task of chosen)
    for (const parameter of task.parameters)
      if (parameter.required && isEmpty(draft.options[task.id]?.parameters[parameter.id]))
        problems.push({
          path: `options.${task.id}.parameters.${parameter.id}`,
          message: t('options.value_missing', { field: parameter.label }),
          task: task.label,
        });
  if (!draft.when) problems.push({ path: 'when', message: t('when.missing') });
  if (draft.when === 'schedule')
    for (const [path, message] of Object.entries(wallProblems(draft, now))) problems.push({ path, message });
  return problems;
}

const plainPaths: Record<string, string> = {
  tenant: 'tenant',
  users: 'users',
  reference: 'reference',
  reason: 'reason',
};

/* The field that a JSON pointer into the request means; null when there is none on the screen. */
export function fieldOf(pointer: string): string | null {
  const [, first = '', second, third] = pointer
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (first === 'options') {
    if (!second) return 'options';
    return third ? `options.${second}.parameters.${third}` : `options.${second}`;
  }
  if (first === 'notify') return 'emailTo';
  if (first === 'override') return 'overrideReason';
  if (first === 'schedule') return second === 'time_zone' ? 'zone' : second === 'at' ? 'date' : 'when';
  return plainPaths[first] ?? null;
}

export const fieldProblems = (errors: FieldError[]): FieldProblem[] =>
  errors.flatMap(({ pointer, message }) => {
    const path = fieldOf(pointer);
    return path ? [{ path, message }] : [];
  });

/* The step of the wizard that has the field. */
export const stepOf = (path: string) =>
  path === 'tenant'
    ? 'tenant'
    : path.startsWith('users')
      ? 'users'
      : path === 'overrideReason'
        ? 'confirm'
        : 'options';

export interface Review {
  blockers: Warning[];
  toAcknowledge: Warning[];
  notes: Warning[];
}

export const reviewOf = ({ warnings }: Pick<Preflight, 'warnings'>): Review => ({
  blockers: warnings.filter(({ severity }) => severity === 'blocker'),
  toAcknowledge: warnings.filter(({ severity }) => severity === 'warn'),
  notes: warnings.filter(({ severity }) => severity === 'info'),
});

/* Two offboardings of one user at a time are impossible, whoever asks. */
export const isLiftable = ({ code }: Warning) => code !== 'already_open';

export interface SharedWarning {
  warning: Warning;
  /* Whom it is about, by id. */
  users: string[];
}

/* The warnings of many users, each sentence once, the most frequent first. */
export function sharedWarnings(reviews: Map<string, Review>): SharedWarning[] {
  const shared = new Map<string, SharedWarning>();
  for (const [user, { toAcknowledge }] of reviews)
    for (const warning of toAcknowledge) {
      const key = tickOf(warning.message, warning);
      const known = shared.get(key);
      if (known) known.users.push(user);
      else shared.set(key, { warning, users: [user] });
    }
  return [...shared.values()].sort((one, two) => two.users.length - one.users.length);
}

/* What has to be typed before somebody is deleted. */
export const deletionPhrase = (draft: Pick<Draft, 'users'>): string =>
  draft.users.length === 1
    ? (draft.users[0]?.address ?? '')
    : t('confirm.delete_phrase', { count: draft.users.length });

/* What is chosen and gone for good after some days. */
export const deletions = (draft: Pick<Draft, 'options'>, catalog: Catalog) =>
  chosenTasks(draft, catalog).filter(({ undo_days }) => undo_days !== null);

/* One tick on the screen: this warning for this user. */
export const tickOf = (user: string, { code, task }: Warning) => `${user} ${code} ${task ?? ''}`;

/* The codes that may be sent: those ticked at every user they apply to. */
export function acknowledgedCodes(reviews: Map<string, Review>, ticks: ReadonlySet<string>): string[] {
  const all = [...reviews].flatMap(([user, { toAcknowledge }]) =>
    toAcknowledge.map((one) => ({ user, one })),
  );
  const open = new Set(
    all.filter(({ user, one }) => !ticks.has(tickOf(user, one))).map(({ one }) => one.code),
  );
  return [...new Set(all.map(({ one }) => one.code))].filter((code) => !open.has(code));
}

const SENT = 'lastday.sent';

/* One idempotency key for each confirmed draft: the same request gets the same key, also after a reload, so that a
 * second click or a lost answer never offboards twice. */
export function idempotencyKey(body: NewOffboarding): string {
  const text = JSON.stringify(body);
  try {
    const sentBefore = JSON.parse(sessionStorage.getItem(SENT) ?? 'null');
    if (sentBefore?.text === text) return sentBefore.key;
  } catch {
    /* Not ours: begin anew. */
  }
  const key =
    crypto.randomUUID?.() ??
    Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join('-');
  sessionStorage.setItem(SENT, JSON.stringify({ text, key }));
  return key;
}

export const forgetKey = () => sessionStorage.removeItem(SENT);
