/* What deliveries can be filtered by, in words. */
import type { Delivery } from '../api/schema';
import { t, words } from '../i18n/t';
import { events } from '../settings/notifications/endpoints';

export const statuses = (['pending', 'delivered', 'failed'] as const).map(
  (one) => [one, t(`delivery.status.${one}`)] as const,
);

export const channels = (['webhook', 'email', 'psa'] as const).map(
  (one) => [one, t(`delivery.channel.${one}`)] as const,
);

/* What is told about an offboarding, and what the operator alone is told. */
export const deliveryEvents = (
  [...events, 'endpoint_disabled', 'delivery_failed', 'tenant_disconnected'] as const
).map((one) => [one, t(`event.${one}`)] as const);

/* Where it went: the name of a webhook, the PSA, or just mail. */
export const endpointName = ({ channel, endpoint_name: name }: Delivery) =>
  channel === 'psa' ? words('psa.kind', name) : channel === 'email' ? t('delivery.channel.email') : name;
