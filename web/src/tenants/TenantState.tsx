/* How a tenant is: a word, in its colour. */
import { Badge } from '@fluentui/react-components';
import type { TenantStatus } from '../api/schema';
import { t } from '../i18n/t';

const colours = { ok: 'success', limited: 'warning', disconnected: 'danger', unreachable: 'danger' } as const;

export const TenantState = ({ status }: { status: TenantStatus | null | undefined }) => (
  <Badge appearance="tint" color={status ? colours[status] : 'informative'}>
    {t(`tenant.health.${status ?? 'unknown'}`)}
  </Badge>
);
