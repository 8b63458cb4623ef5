/* What the event stream says, and what each event does to an offboarding that is shown. */
import type {
  EndEvent,
  ItemEvent,
  Offboarding,
  OffboardingEvent,
  Task,
  TaskEvent,
  WarningEvent,
} from '../api/schema';

export type LiveEvent =
  | { kind: 'offboarding'; data: OffboardingEvent }
  | { kind: 'task'; data: TaskEvent }
  | { kind: 'item'; data: ItemEvent }
  | { kind: 'warning'; data: WarningEvent }
  | { kind: 'end'; data: EndEvent }
  | { kind: 'snapshot' }
  | { kind: 'reset' };

const withData = new Set(['offboarding', 'task', 'item', 'warning', 'end']);

/* An event of the stream, or null for a kind that this client does not know. */
export function toLiveEvent(kind: string, text: string): LiveEvent | null {
  if (kind === 'snapshot' || kind === 'reset') return { kind };
  if (!withData.has(kind)) return null;
  try {
    const data = JSON.parse(text);
    return typeof data?.offboarding === 'string' ? ({ kind, data } as LiveEvent) : null;
  } catch {
    return null;
  }
}

export const offboardingOf = (event: LiveEvent): string | null =>
  'data' in event ? event.data.offboarding : null;

/* True when `at` tells of something older than what the task already shows. */
const isOlder = (task: Task, at: string) =>
  Date.parse(at) < Date.parse(task.ended_at ?? task.started_at ?? at);

/* The tasks that do, or those that take back. An undo that is not known yet is read, not followed. */
function withTasks(
  shown: Offboarding,
  direction: Task['direction'],
  change: (tasks: Task[]) => Task[],
): Offboarding {
  if (direction !== 'undo') return { ...shown, tasks: change(shown.tasks) };
  const { undo } = shown;
  return undo ? { ...shown, undo: { ...undo, tasks: change(undo.tasks) } } : shown;
}

const replaced = (id: string, change: (task: Task) => Task) => (tasks: Task[]) =>
  tasks.map((task) => (task.id === id ? change(task) : task));

function applyItem(task: Task, event: ItemEvent): Task {
  if (isOlder(task, event.at)) return task;
  const known = task.items.some((item) => item.id === event.item.id);
  const items = known
    ? task.items.map((item) => (item.id === event.item.id ? event.item : item))
    : [...task.items, event.item];
  return { ...task, items };
}

/* Pure. An event of another offboarding, or one that is older than what is shown, changes nothing. */
export function applyEvent(shown: Offboarding, event: LiveEvent): Offboarding {
  if (offboardingOf(event) !== shown.id) return shown;
  switch (event.kind) {
    case 'offboarding': {
      const { status, scheduled_at, started_at, ended_at, locked_out_at, cancel_requested, warnings } =
        event.data.summary;
      return {
        ...shown,
        status,
        scheduled_at,
        started_at,
        ended_at,
        locked_out_at,
        cancel_requested,
        warnings,
      };
    }
    case 'task': {
      const { task, at } = event.data;
      return withTasks(shown, task.direction, (tasks) =>
        tasks.some((known) => known.id === task.id)
          ? replaced(task.id, (known) => (isOlder(known, at) ? known : task))(tasks)
          : [...tasks, task],
      );
    }
    case 'item':
      return withTasks(
        shown,
        shown.status === 'undoing' ? 'undo' : 'do',
        replaced(event.data.task, (task) => applyItem(task, event.data)),
      );
    case 'warning': {
      const { warning } = event.data;
      const known = shown.warnings.some((one) => one.code === warning.code && one.task === warning.task);
      return known ? shown : { ...shown, warnings: [...shown.warnings, warning] };
    }
    case 'end':
      return { ...shown, status: event.data.status, ended_at: shown.ended_at ?? event.data.at };
    default:
      return shown;
  }
}
