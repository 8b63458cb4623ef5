/* Everything the screens read, each with its key. Lists and single offboardings share the first part of the key, so
 * that one invalidation reaches both. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { catchUp, position } from '../live/recent';
import { api, ask, fetchMe, write } from './client';
import type { NewOffboarding, Options } from './schema';

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

export const defaultsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['defaults', tenant],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/tenants/{tenant}/defaults', { signal, params: { path: { tenant } } })),
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

export interface ListFilter {
  search: string;
  status: string;
}

export const offboardingsQuery = (filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: ['offboardings', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/offboardings', {
          signal,
          params: {
            query: {
              limit: 50,
              ...(filter.search && { search: filter.search }),
              ...(filter.status && { status: filter.status }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

export const offboardingQuery = (offboarding: string) =>
  queryOptions({
    queryKey: ['offboardings', 'one', offboarding],
    queryFn: async ({ signal }) => {
      const since = position();
      const read = await ask(() =>
        api.GET('/api/v1/offboardings/{offboarding}', { signal, params: { path: { offboarding } } }),
      );
      return catchUp(read, since);
    },
  });

export const createOffboardings = (body: NewOffboarding, key: string) =>
  write(() => api.POST('/api/v1/offboardings', { body, params: { header: { 'Idempotency-Key': key } } }));

export const cancelOffboarding = (offboarding: string) =>
  write(() => api.POST('/api/v1/offboardings/{offboarding}/cancel', { params: { path: { offboarding } } }));

export const signOut = () => write(() => api.DELETE('/api/v1/session'));
