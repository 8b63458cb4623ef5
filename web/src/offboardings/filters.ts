/* What the list shows; all of it is in the address, so that it can be shared and kept. */
import type { Key } from '../i18n/en';
import { useFilters } from '../ui/useFilters';

export const statuses = [
  ['list.status_all', ''],
  ['list.status_open', 'queued,running,undoing'],
  ['list.status_waiting', 'waiting'],
  ['list.status_planned', 'planned,awaiting_approval'],
  ['list.status_attention', 'needs_attention,awaiting_approval'],
  ['list.status_failed', 'failed'],
  ['list.status_done', 'succeeded,succeeded_with_warnings'],
  ['list.status_cancelled', 'cancelled,undone'],
] as const satisfies [Key, string][];

export const sorts = [
  ['list.sort_newest', ''],
  ['list.sort_oldest', 'created_at'],
  ['list.sort_start', 'start'],
  ['list.sort_user', 'user'],
] as const satisfies [Key, string][];

const filters = ['search', 'status', 'tenant', 'batch', 'sort'] as const;

export function useListFilters() {
  const { values, ...rest } = useFilters([...filters, 'view', 'columns', 'month']);
  const { view, columns, month, ...filter } = values;
  return {
    ...rest,
    filter,
    view: view === 'calendar' ? ('calendar' as const) : ('table' as const),
    columns,
    month,
  };
}
