/* What the screens read, each with its key; offboardings are in offboardings.ts. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query';
import { api, ask, fetchMe, write } from './client';
import type { Options } from './schema';

/* The rows of all pages that have been read. */
export const rowsOf = <Row>(data: InfiniteData<{ items: Row[] }, unknown> | undefined): Row[] =>
  data?.pages.flatMap(({ items }) => items) ?? [];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: fetchMe,
  staleTime: Number.POSITIVE_INFINITY,
});

export const catalogQuery = queryOptions({
  queryKey: ['catalog'],
  queryFn: ({ signal }) => ask(() => api.GET('/api/v1/catalog', { signal })),
  staleTime: 10 * 60_000,
});

export const tenantsQuery = (search: string) =>
  queryOptions({
    queryKey: ['tenants', search],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/tenants', { signal, params: { query: search ? { search } : {} } })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['tenant', tenant],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/tenants/{tenant}', { signal, params: { path: { tenant } } })),
    staleTime: 60_000,
  });

export const defaultsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['defaults', tenant],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/tenants/{tenant}/defaults', { signal, params: { path: { tenant } } })),
    staleTime: 60_000,
  });

/* Those that the tenant may use. */
export const templatesQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['templates', 'of', tenant],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/templates', { signal, params: { query: { tenant, limit: 200 } } })),
    staleTime: 60_000,
  });

export const usersQuery = (tenant: string, search: string) =>
  queryOptions({
    queryKey: ['users', tenant, search],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/tenants/{tenant}/users', {
          signal,
          params: { path: { tenant }, query: search ? { search, limit: 50 } : { limit: 50 } },
        }),
      ),
    staleTime: 30_000,
  });

/* The same, page by page, for a list that goes on as one scrolls. */
export const directoryQuery = (tenant: string, search: string) =>
  infiniteQueryOptions({
    queryKey: ['users', tenant, search, 'pages'],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/tenants/{tenant}/users', {
          signal,
          params: {
            path: { tenant },
            /* Whoever goes on scrolls: more at a time, so that the list does not end under the wheel. */
            query: {
              limit: pageParam ? 200 : 100,
              ...(search && { search }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    /* While the server reads a large directory for the first time it shows the beginning, and nothing to go on with. */
    refetchInterval: ({ state: { data } }) => (data && isCutOff(data.pages) ? 1500 : false),
  });

function isCutOff(pages: { items: unknown[]; total: number | null; next_cursor: string | null }[]): boolean {
  const last = pages.at(-1);
  const shown = pages.reduce((sum, { items }) => sum + items.length, 0);
  return !last?.next_cursor && shown < (last?.total ?? 0);
}

export const userQuery = (tenant: string, user: string) =>
  queryOptions({
    queryKey: ['user', tenant, user],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/tenants/{tenant}/users/{user}', { signal, params: { path: { tenant, user } } }),
      ),
    staleTime: 60_000,
  });

export const preflightQuery = (tenant: string, user: string, options: Options) =>
  queryOptions({
    queryKey: ['preflight', tenant, user, options],
    queryFn: ({ signal }) =>
      write(() =>
        api.POST('/api/v1/tenants/{tenant}/users/{user}/preflight', {
          signal,
          params: { path: { tenant, user } },
          body: { options },
        }),
      ),
    staleTime: 60_000,
    gcTime: 5 * 60_000,
  });

export const signOut = () => write(() => api.DELETE('/api/v1/session'));
