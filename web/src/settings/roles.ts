import { t } from '../i18n/t';

export const roles = (['viewer', 'technician', 'approver', 'admin'] as const).map(
  (role) => [role, t(`role.${role}`)] as const,
);
