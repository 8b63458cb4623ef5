import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, ask, askTagged, write, writeTagged } from '../api/client';
import type { NewTemplate } from '../api/schema';

export const templateListQuery = (search: string, tenant: string) =>
  infiniteQueryOptions({
    queryKey: ['templates', 'list', search, tenant],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/templates', {
          signal,
          params: {
            query: {
              limit: 100,
              ...(search && { search }),
              ...(tenant && { tenant }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

export const templateQuery = (template: string) =>
  queryOptions({
    queryKey: ['templates', 'one', template],
    queryFn: ({ signal }) =>
      askTagged(() => api.GET('/api/v1/templates/{template}', { signal, params: { path: { template } } })),
  });

export const addTemplate = (body: NewTemplate) => writeTagged(() => api.POST('/api/v1/templates', { body }));

export const saveTemplate = (template: string, body: NewTemplate, tag: string) =>
  writeTagged(() =>
    api.PUT('/api/v1/templates/{template}', {
      body,
      params: { path: { template }, header: { 'If-Match': tag } },
    }),
  );

export const deleteTemplate = (template: string) =>
  write(() => api.DELETE('/api/v1/templates/{template}', { params: { path: { template } } }));
