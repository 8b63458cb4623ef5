/* What is read and asked of offboardings. Lists and single ones share the first part of the key, so that one
 * invalidation reaches both. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { catchUp, position } from '../live/recent';
import { api, ask, write } from './client';
import type { NewOffboarding, OffboardingSummary, operations, Schedule } from './schema';

/* As in the address of the list; '' is any. */
export interface ListFilter {
  search: string;
  status: string;
  tenant: string;
  batch: string;
  sort: string;
}

type Sort = NonNullable<NonNullable<operations['listOffboardings']['parameters']['query']>['sort']>;

export const anything: ListFilter = { search: '', status: '', tenant: '', batch: '', sort: '' };

export const offboardingsQuery = (filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: ['offboardings', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/offboardings', {
          signal,
          params: {
            query: {
              limit: filter.batch ? 200 : 50,
              ...(filter.search && { search: filter.search }),
              ...(filter.status && { status: filter.status }),
              ...(filter.tenant && { tenant: filter.tenant }),
              ...(filter.batch && { batch: filter.batch }),
              ...(filter.sort && { sort: filter.sort as Sort }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

/* Whether others were asked for together with it. */
export const batchQuery = (batch: string) =>
  queryOptions({
    queryKey: ['offboardings', 'batch', batch],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/offboardings', { signal, params: { query: { batch, limit: 2 } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/* What is planned between two instants, earliest first. */
export const plannedQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['offboardings', 'planned', from, to],
    queryFn: async ({ signal }) => {
      const items: OffboardingSummary[] = [];
      let cursor = '';
      do {
        const page = await ask(() =>
          api.GET('/api/v1/offboardings', {
            signal,
            params: {
              query: {
                planned_from: from,
                planned_to: to,
                sort: 'start',
                limit: 200,
                ...(cursor && { cursor }),
              },
            },
          }),
        );
        items.push(...page.items);
        cursor = page.next_cursor ?? '';
      } while (cursor);
      return items;
    },
    placeholderData: keepPreviousData,
  });

const one = (offboarding: string) => ({ params: { path: { offboarding } } });

export const offboardingQuery = (id: string) =>
  queryOptions({
    queryKey: ['offboardings', 'one', id],
    queryFn: async ({ signal }) => {
      const since = position();
      const read = await ask(() => api.GET('/api/v1/offboardings/{offboarding}', { signal, ...one(id) }));
      return catchUp(read, since);
    },
  });

/* After a change that was asked for: what it leads to comes with the events, and is read once more for good measure. */
export function useOffboardingsChanged(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['offboardings'] });
}

export const createOffboardings = (body: NewOffboarding, key: string) =>
  write(() => api.POST('/api/v1/offboardings', { body, params: { header: { 'Idempotency-Key': key } } }));

export const cancelOffboarding = (id: string) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/cancel', one(id)));

export const runOffboardingNow = (id: string) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/run-now', one(id)));

export const rescheduleOffboarding = (id: string, body: Schedule) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/reschedule', { ...one(id), body }));

export const approveOffboarding = (id: string, reason: string | null) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/approve', { ...one(id), body: { reason } }));

/* The next stage of a large request. */
export const approveBatch = (batch: string, reason: string | null) =>
  write(() => api.POST('/api/v1/batches/{batch}/approve', { params: { path: { batch } }, body: { reason } }));

/* All that has not ended of a batch; or what is due or under way, of a tenant or everywhere. */
export const stopOffboardings = (what: { batch: string } | { tenant: string | null }) =>
  write(() => api.POST('/api/v1/stop', { body: what }));

/* Everything that failed, or one task and what was blocked by it. */
export const retryOffboarding = (id: string, task: string | null = null) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/retry', { ...one(id), body: { task } }));

export const undoPlanQuery = (id: string) =>
  queryOptions({
    queryKey: ['undo', id],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/offboardings/{offboarding}/undo', { signal, ...one(id) })),
    gcTime: 0,
    staleTime: 0,
  });

export const undoOffboarding = (id: string, tasks: string[]) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/undo', { ...one(id), body: { tasks } }));

export const reportAddress = (id: string, format: 'html' | 'pdf' | 'json') =>
  `/api/v1/offboardings/${id}/report?format=${format}`;

const secret = '/api/v1/offboardings/{offboarding}/tasks/{task}/secret';
const ofTask = (offboarding: string, task: string) => ({ params: { path: { offboarding, task } } });

export const secretLinksQuery = (id: string, task: string) =>
  queryOptions({
    queryKey: ['secrets', id, task],
    queryFn: ({ signal }) => ask(() => api.GET(secret, { signal, ...ofTask(id, task) })),
    staleTime: 0,
  });

export const createSecretLink = (id: string, task: string, expires_in_days: number, views: number) =>
  write(() => api.POST(secret, { ...ofTask(id, task), body: { expires_in_days, views } }));

export const revokeSecretLink = (offboarding: string, task: string, link: string) =>
  write(() => api.DELETE(`${secret}/{link}`, { params: { path: { offboarding, task, link } } }));
