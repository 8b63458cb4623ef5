import { queryOptions } from '@tanstack/react-query';
import { api, ask, askTagged, write, writeTagged } from '../api/client';
import type { Account, AccountChange, NewAccount, NewPriceList, NewToken } from '../api/schema';

export const pricesQuery = queryOptions({
  queryKey: ['settings', 'prices'],
  queryFn: ({ signal }) => askTagged(() => api.GET('/api/v1/settings/prices', { signal })),
});

export const savePrices = (body: NewPriceList, tag: string) =>
  writeTagged(() => api.PUT('/api/v1/settings/prices', { body, params: { header: { 'If-Match': tag } } }));

/* Products that were freed in a year: what one may want to price. */
export const freedQuery = queryOptions({
  queryKey: ['stats', 'freed'],
  queryFn: ({ signal }) => ask(() => api.GET('/api/v1/stats', { signal, params: { query: { days: 366 } } })),
});

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => ask(() => api.GET('/api/v1/accounts', { signal })),
});

export const addAccount = (body: NewAccount) => write(() => api.POST('/api/v1/accounts', { body }));

/* Reads the account first: the change names what it changes. */
export async function changeAccount({ id }: Account, body: AccountChange) {
  const path = { account: id };
  const { tag } = await askTagged(() => api.GET('/api/v1/accounts/{account}', { params: { path } }));
  return write(() =>
    api.PATCH('/api/v1/accounts/{account}', { body, params: { path, header: { 'If-Match': tag } } }),
  );
}

export const deleteAccount = (account: string) =>
  write(() => api.DELETE('/api/v1/accounts/{account}', { params: { path: { account } } }));

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => ask(() => api.GET('/api/v1/tokens', { signal })),
});

export const makeToken = (body: NewToken) => write(() => api.POST('/api/v1/tokens', { body }));

export const revokeToken = (token: string) =>
  write(() => api.DELETE('/api/v1/tokens/{token}', { params: { path: { token } } }));
