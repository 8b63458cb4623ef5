/* Which tenant. Those used last come first. */
import {
  Badge,
  Field,
  makeStyles,
  mergeClasses,
  Radio,
  RadioGroup,
  SearchBox,
  Text,
  tokens,
} from '@fluentui/react-components';
import { BuildingRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { tenantsQuery } from '../api/queries';
import type { Tenant } from '../api/schema';
import { t } from '../i18n/t';
import { Empty } from '../ui/Empty';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { useDebounced } from '../ui/useDebounced';
import { usePageStyles } from '../ui/usePageStyles';
import { type Draft, tenantRef } from './draft';
import { recentFirst, recentTenants } from './recentTenants';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: '8px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 300px), 1fr))',
  },
  tenant: {
    boxSizing: 'border-box',
    padding: '6px 8px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusLarge,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  chosen: {
    border: `1px solid ${tokens.colorBrandStroke1}`,
    boxShadow: `inset 0 0 0 1px ${tokens.colorBrandStroke1}`,
  },
  /* All of the card chooses the tenant. */
  radio: { width: '100%' },
  fill: { flexGrow: 1 },
  label: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  domain: { color: tokens.colorNeutralForeground3 },
});

export function TenantStep() {
  const styles = useStyles();
  const page = usePageStyles();
  const [search, setSearch] = useState('');
  const settled = useDebounced(search.trim(), 100);
  const tenants = useQuery(tenantsQuery(settled));
  const { setValue, clearErrors, formState } = useFormContext<Draft>();
  const chosen = useWatch<Draft, 'tenant'>({ name: 'tenant' });
  const recent = recentTenants();

  const choose = (tenant: Tenant | undefined) => {
    if (!tenant || tenant.id === chosen?.id) return;
    /* Users and what was chosen for them belong to the tenant. */
    setValue('tenant', tenantRef(tenant), { shouldDirty: true });
    setValue('users', []);
    setValue('options', {});
    clearErrors();
  };

  if (tenants.isPending) return <Loading />;
  if (tenants.isError && !tenants.data)
    return <ProblemBar error={tenants.error} retry={() => void tenants.refetch()} />;
  const { items, next_cursor } = tenants.data;
  if (items.length === 0 && !settled)
    return <Empty icon={<BuildingRegular />} title={t('tenant.empty')} body={t('tenant.empty_body')} />;

  const shown = settled ? items : recentFirst(items, recent);
  return (
    <div className={page.column}>
      {(items.length > 6 || next_cursor || search) && (
        <Field hint={next_cursor ? t('tenant.more') : undefined}>
          <SearchBox
            aria-label={t('tenant.search')}
            placeholder={t('tenant.search')}
            size="large"
            value={search}
            onChange={(_, { value }) => setSearch(value)}
          />
        </Field>
      )}
      <Field validationMessage={formState.errors.tenant?.message}>
        <RadioGroup
          aria-label={t('tenant.list')}
          className={styles.list}
          value={chosen?.id ?? ''}
          onChange={(_, { value }) => choose(items.find(({ id }) => id === value))}
        >
          {shown.map((tenant) => (
            <div
              key={tenant.id}
              className={mergeClasses(styles.tenant, tenant.id === chosen?.id && styles.chosen)}
            >
              <Radio
                className={styles.radio}
                value={tenant.id}
                label={{
                  className: styles.fill,
                  children: (
                    <span className={styles.label}>
                      <Text weight="semibold">
                        {tenant.display_name}{' '}
                        {recent.includes(tenant.id) && (
                          <Badge appearance="tint" color="informative" size="small">
                            {t('tenant.recent')}
                          </Badge>
                        )}
                      </Text>
                      <Text size={200} className={styles.domain}>
                        {tenant.default_domain}
                      </Text>
                    </span>
                  ),
                }}
              />
            </div>
          ))}
        </RadioGroup>
      </Field>
      {shown.length === 0 && (
        <Text className={page.quiet}>{t('tenant.none_found', { search: settled })}</Text>
      )}
    </div>
  );
}
