/* What the list shows; all of it is in the address, so that it can be shared and kept. */
import { useSearchParams } from 'react-router';
import type { Key } from '../i18n/en';

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

const NAMES = ['search', 'status', 'tenant', 'batch', 'sort'] as const;
type Name = (typeof NAMES)[number];

export function useFilters() {
  const [params, setParams] = useSearchParams();
  const value = (name: string) => params.get(name) ?? '';
  const filter = Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Record<Name, string>;
  const set = (name: Name | 'view' | 'columns' | 'month', to: string) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (to) next.set(name, to);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return {
    filter,
    view: value('view') === 'calendar' ? ('calendar' as const) : ('table' as const),
    month: value('month'),
    columns: value('columns'),
    query: params.toString(),
    set,
    show: (query: string) => setParams(new URLSearchParams(query)),
    clear: () => setParams({}),
  };
}
