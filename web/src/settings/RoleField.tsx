import type { Account } from '../api/schema';
import { t } from '../i18n/t';
import { ChoiceField } from '../ui/fields';

type Role = Account['role'];

const roles = (['viewer', 'technician', 'approver', 'admin'] as const).map(
  (role) => [role, t(`role.${role}`)] as const,
);

/* What somebody or something may do here, and what that means. */
export const RoleField = ({ value, onChange }: { value: Role; onChange(role: Role): void }) => (
  <ChoiceField
    label={t('account.role')}
    value={value}
    choices={roles}
    hint={t(`role.${value}.may`)}
    onChange={onChange}
  />
);
