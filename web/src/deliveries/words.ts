/* What deliveries can be filtered by, in words. */
import { t } from '../i18n/t';

export const statuses = (['pending', 'delivered', 'failed'] as const).map(
  (one) => [one, t(`delivery.status.${one}`)] as const,
);

export const channels = (['webhook', 'email', 'psa'] as const).map(
  (one) => [one, t(`delivery.channel.${one}`)] as const,
);

export const deliveryEvents = (
  [
    'planned',
    'reminder',
    'started',
    'locked_out',
    'waiting',
    'needs_attention',
    'finished',
    'finished_with_warnings',
    'failed',
    'cancelled',
    'undone',
    'endpoint_disabled',
    'delivery_failed',
  ] as const
).map((one) => [one, t(`event.${one}`)] as const);
