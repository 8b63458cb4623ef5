/* The tenant that a page is narrowed down to; there is nothing to choose where one knows of one only. */
import { makeStyles, Select } from '@fluentui/react-components';
import { t } from '../i18n/t';
import { useTenantChoices } from './useTenantChoices';

const useStyles = makeStyles({
  /* Long names are cut off; on a phone it shares the line with another. */
  select: {
    minWidth: 0,
    maxWidth: '220px',
    '@media (max-width: 640px)': { flex: '1 1 140px', maxWidth: 'none' },
  },
});

export function TenantFilter({ value, onChange }: { value: string; onChange(tenant: string): void }) {
  const styles = useStyles();
  const choices = useTenantChoices(value);
  if (choices.length < 2 && !value) return null;
  return (
    <Select
      className={styles.select}
      select={{ className: styles.select }}
      aria-label={t('list.tenant')}
      value={value}
      onChange={(_, data) => onChange(data.value)}
    >
      <option value="">{t('tenants_field.all')}</option>
      {choices.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
}
