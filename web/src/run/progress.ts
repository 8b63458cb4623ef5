/* How far an offboarding has come. Pure. */
import type { Offboarding, OffboardingStatus, Phase, Progress, Task, TaskStatus } from '../api/schema';
import { t } from '../i18n/t';

const endedTask = new Set<TaskStatus>([
  'succeeded',
  'already_done',
  'skipped',
  'failed',
  'blocked',
  'cancelled',
]);
const badTask = new Set<TaskStatus>(['failed', 'blocked']);
const endedOffboarding = new Set<OffboardingStatus>([
  'succeeded',
  'succeeded_with_warnings',
  'failed',
  'cancelled',
  'undone',
]);

export const hasEnded = (status: OffboardingStatus) => endedOffboarding.has(status);
export const isBad = (status: TaskStatus) => badTask.has(status);

export const progressOf = (tasks: Task[]): Progress => ({
  ended: tasks.filter(({ status }) => endedTask.has(status)).length,
  failed: tasks.filter(({ status }) => badTask.has(status)).length,
  total: tasks.length,
});

export const progressShare = ({ ended, total }: Progress) => (total ? ended / total : 0);

/* A task that was cancelled or has failed has ended, but nobody may call it done. */
export function progressWords(status: OffboardingStatus, { ended, failed, total }: Progress): string {
  if (failed) return t('run.progress_failed', { ended, failed, count: total });
  return t(status === 'cancelled' ? 'run.progress_ended' : 'run.progress', { ended, count: total });
}

export function progressColour(status: OffboardingStatus, { failed }: Progress) {
  if (failed) return 'error';
  return status === 'succeeded' || status === 'succeeded_with_warnings' ? 'success' : 'brand';
}

interface PhaseGroup {
  phase: Phase;
  tasks: Task[];
}

/* The tasks by phase, phases and tasks in the order of the plan. */
export function byPhase(tasks: Task[]): PhaseGroup[] {
  const groups = new Map<Phase, Task[]>();
  for (const task of tasks) groups.set(task.phase, [...(groups.get(task.phase) ?? []), task]);
  return [...groups].map(([phase, inPhase]) => ({ phase, tasks: inPhase }));
}

/* What the tasks warn of, each sentence once, with the name of its task. */
export const taskWarnings = (tasks: Pick<Task, 'label' | 'warnings'>[]): string[] => [
  ...new Set(tasks.flatMap(({ label, warnings }) => warnings.map(({ message }) => `${label}: ${message}`))),
];

const between = (from: string | null, to: number) => (from ? to - Date.parse(from) : null);

/* Milliseconds since it began; until its end when it has ended; null before it began. */
export const elapsed = (
  { started_at, ended_at }: Pick<Offboarding, 'started_at' | 'ended_at'>,
  now: number,
) => between(started_at, ended_at ? Date.parse(ended_at) : now);

export const lockoutTook = ({
  started_at,
  locked_out_at,
}: Pick<Offboarding, 'started_at' | 'locked_out_at'>) =>
  locked_out_at ? between(started_at, Date.parse(locked_out_at)) : null;
