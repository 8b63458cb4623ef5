import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, ask } from '../api/client';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export const statsQuery = (days: number, tenant: string) =>
  queryOptions({
    queryKey: ['stats', days, tenant],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/stats', {
          signal,
          params: { query: { days, time_zone: zone, ...(tenant && { tenant }) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

const SHOWN = 5;

/* The first few of a list. Kept among the lists, so that events reach it. */
const first = (name: string, tenant: string, query: { status: string; sort: '-created_at' | 'start' }) =>
  infiniteQueryOptions({
    queryKey: ['offboardings', 'list', name, tenant],
    queryFn: ({ signal }) =>
      ask(() =>
        api.GET('/api/v1/offboardings', {
          signal,
          params: { query: { ...query, limit: SHOWN, ...(tenant && { tenant }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: () => undefined,
    placeholderData: keepPreviousData,
  });

export const attentionStatuses = 'failed,needs_attention,awaiting_approval';

export const attentionQuery = (tenant: string) =>
  first('attention', tenant, { status: attentionStatuses, sort: '-created_at' });

export const comingUpQuery = (tenant: string) =>
  first('coming_up', tenant, { status: 'planned', sort: 'start' });
