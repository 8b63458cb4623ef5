import { queryOptions } from '@tanstack/react-query';
import { api, ask, write } from '../api/client';

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
