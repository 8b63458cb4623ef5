import { t } from '../../i18n/t';
import { SwitchField } from '../../ui/fields';

interface Props {
  value: boolean | undefined;
  onChange(value: boolean): void;
  error: string | undefined;
}

/* Whether the last message carries a one-time link to the new password. */
export const PrivateField = ({ value = false, onChange, error }: Props) => (
  <SwitchField
    label={t('notify.private')}
    hint={t('notify.private_hint')}
    value={value}
    onChange={onChange}
    error={error}
  />
);
