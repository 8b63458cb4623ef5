/* What the one who is signed in prefers; kept by the server, shown at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, write } from '../api/client';
import { meQuery } from '../api/queries';
import type { Me, Preferences } from '../api/schema';

export function usePreferences() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const show = (preferences: Preferences) =>
    client.setQueryData<Me>(meQuery.queryKey, (now) => now && { ...now, preferences });
  const saving = useMutation({
    mutationFn: (body: Preferences) => write(() => api.PUT('/api/v1/me/preferences', { body })),
    onMutate: (body) => {
      const before = me?.preferences ?? {};
      show(body);
      return { before };
    },
    onSuccess: show,
    onError: (_, __, context) => context && show(context.before),
  });
  const preferences = me?.preferences ?? {};
  return {
    preferences,
    save: (change: Partial<Preferences>) => saving.mutate({ ...preferences, ...change }),
    error: saving.isError ? saving.error : null,
  };
}
