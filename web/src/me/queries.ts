import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ask, write } from '../api/client';
import { meQuery } from '../api/queries';
import type { Preferences } from '../api/schema';

/* Changes some of my preferences: the server keeps them as a whole. Shown at once, and taken back when it refuses. */
export function usePreferences() {
  const client = useQueryClient();
  const now = (): Preferences => client.getQueryData(meQuery.queryKey)?.preferences ?? {};
  const show = (preferences: Preferences) =>
    client.setQueryData(meQuery.queryKey, (me) => me && { ...me, preferences });
  return useMutation({
    scope: { id: 'preferences' },
    onMutate: (change: Preferences) => {
      const before = now();
      show({ ...before, ...change });
      return before;
    },
    mutationFn: () => write(() => api.PUT('/api/v1/me/preferences', { body: now() })),
    onError: (_error, _change, before) => before && show(before),
  });
}

export const accountQuery = (account: string) =>
  queryOptions({
    queryKey: ['account', account],
    queryFn: ({ signal }) =>
      ask(() => api.GET('/api/v1/accounts/{account}', { signal, params: { path: { account } } })),
  });

export const changePassword = (account: string, old_password: string, password: string) =>
  write(() =>
    api.PATCH('/api/v1/accounts/{account}', {
      body: { old_password, password },
      params: { path: { account } },
    }),
  );
