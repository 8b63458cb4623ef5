import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, ask, write } from '../api/client';
import type { DeliveryEvent, DeliveryStatus, NotificationChannel } from '../api/schema';

interface DeliveryFilter {
  status: string;
  channel: string;
  event: string;
  offboarding: string;
  tenant: string;
}

export const deliveriesQuery = (filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      ask(() =>
        api.GET('/api/v1/deliveries', {
          signal,
          params: {
            query: {
              limit: 50,
              ...(filter.status && { status: filter.status as DeliveryStatus }),
              ...(filter.channel && { channel: filter.channel as NotificationChannel }),
              ...(filter.event && { event: filter.event as DeliveryEvent }),
              ...(filter.offboarding && { offboarding: filter.offboarding }),
              ...(filter.tenant && { tenant: filter.tenant }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    /* No event tells of them: they are looked at again, more often while one is on its way. */
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(({ status }) => status === 'pending')) ? 4000 : 15_000,
  });

export const deliveryQuery = (delivery: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', delivery],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/deliveries/{delivery}', { signal, params: { path: { delivery } } })),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? 2000 : false),
  });

export const redeliver = (delivery: string) =>
  write(() => api.POST('/api/v1/deliveries/{delivery}/redeliver', { params: { path: { delivery } } }));
