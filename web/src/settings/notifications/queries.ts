import { queryOptions } from '@tanstack/react-query';
import { api, askTagged, write, writeTagged } from '../../api/client';
import type { NotificationChannel, NotificationEvent, NotificationSettings } from '../../api/schema';
import type { WebhookFormat } from './endpoints';

export const notificationsQuery = queryOptions({
  queryKey: ['settings', 'notifications'],
  queryFn: ({ signal }) => askTagged(() => api.GET('/api/v1/settings/notifications', { signal })),
});

export const saveNotifications = (body: NotificationSettings, tag: string) =>
  writeTagged(() =>
    api.PUT('/api/v1/settings/notifications', { body, params: { header: { 'If-Match': tag } } }),
  );

export const testEndpoint = (channel: NotificationChannel, webhook: string | null) =>
  write(() => api.POST('/api/v1/settings/notifications/test', { body: { channel, webhook } }));

export interface PreviewOf {
  channel: NotificationChannel;
  event: NotificationEvent;
  private: boolean;
  format: Exclude<WebhookFormat, 'auto'> | null;
}

export const previewQuery = (body: PreviewOf) =>
  queryOptions({
    queryKey: ['preview', body],
    queryFn: ({ signal }) =>
      write(() => api.POST('/api/v1/settings/notifications/preview', { signal, body })),
    staleTime: 5 * 60_000,
  });
