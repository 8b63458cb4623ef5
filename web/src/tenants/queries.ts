import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, ask, askTagged, write, writeTagged } from '../api/client';
import type { Defaults, NewTenant } from '../api/schema';

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['tenant', tenant],
    queryFn: ({ signal }) =>
      askTagged(() => api.GET('/api/v1/tenants/{tenant}', { signal, params: { path: { tenant } } })),
    staleTime: 30_000,
  });

export const tenantListQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['tenants', 'list', search],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/tenants', {
          signal,
          params: {
            query: { limit: 50, ...(search && { search }), ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

export const healthQuery = (tenant: string, maxAge?: number) =>
  queryOptions({
    queryKey: ['tenant', tenant, 'health'],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/tenants/{tenant}/health', {
          signal,
          params: { path: { tenant }, query: maxAge === undefined ? {} : { max_age: maxAge } },
        }),
      ),
    staleTime: 60_000,
  });

export const protectedUsersQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['tenant', tenant, 'protected'],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/tenants/{tenant}/protected-users', { signal, params: { path: { tenant } } }),
      ),
  });

export const defaultsTagQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['tenant', tenant, 'defaults'],
    queryFn: ({ signal }) =>
      askTagged(() => api.GET('/api/v1/tenants/{tenant}/defaults', { signal, params: { path: { tenant } } })),
  });

export const saveDefaults = (tenant: string, body: Defaults, tag: string) =>
  writeTagged(() =>
    api.PUT('/api/v1/tenants/{tenant}/defaults', {
      body,
      params: { path: { tenant }, header: { 'If-Match': tag } },
    }),
  );

export const addTenant = (body: NewTenant) => write(() => api.POST('/api/v1/tenants', { body }));
export const syncTenants = () => write(() => api.POST('/api/v1/tenants/sync'));

export const renameTenant = (tenant: string, display_name: string, tag: string) =>
  writeTagged(() =>
    api.PATCH('/api/v1/tenants/{tenant}', {
      body: { display_name },
      params: { path: { tenant }, header: { 'If-Match': tag } },
    }),
  );

export const removeTenant = (tenant: string) =>
  write(() => api.DELETE('/api/v1/tenants/{tenant}', { params: { path: { tenant } } }));

export const companiesQuery = (search: string) =>
  queryOptions({
    queryKey: ['companies', search],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/settings/notifications/companies', { signal, params: { query: { search } } }),
      ),
    enabled: search !== '',
    retry: false,
  });
