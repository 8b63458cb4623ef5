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
  ToggleButton,
  tokens,
} from '@fluentui/react-components';
import { BuildingRegular, StarFilled, StarRegular } from '@fluentui/react-icons';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { tenantQuery, tenantsQuery } from '../api/queries';
import type { Tenant } from '../api/schema';
import { t } from '../i18n/t';
import { usePreferences } from '../session/preferences';
import { Empty } from '../ui/Empty';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { useDebounced } from '../ui/useDebounced';
import { usePageStyles } from '../ui/usePageStyles';
import { type Draft, tenantRef } from './draft';
import { likelyFirst, recentTenants } from './recentTenants';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: '8px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 300px), 1fr))',
  },
  tenant: {
    boxSizing: 'border-box',
    display: 'flex',
    alignItems: 'center',
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
  radio: { flexGrow: 1, minWidth: 0 },
  fill: { flexGrow: 1 },
  label: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  star: { alignSelf: 'flex-start', flexShrink: 0 },
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
  const { preferences, save, error } = usePreferences();
  const favourites = preferences.favourite_tenants ?? [];
  /* Those may be further down than the first page reaches. */
  const likely = useLikely(settled ? [] : [...favourites, ...recent], tenants.data?.items);

  const choose = (tenant: Tenant | undefined) => {
    if (!tenant || tenant.id === chosen?.id) return;
    /* Users and what was chosen for them belong to the tenant. */
    setValue('tenant', tenantRef(tenant), { shouldDirty: true });
    setValue('users', []);
    setValue('options', {});
    setValue('source', '');
    clearErrors();
  };

  if (tenants.isPending) return <Loading />;
  if (tenants.isError && !tenants.data)
    return <ProblemBar error={tenants.error} retry={() => void tenants.refetch()} />;
  const { items, next_cursor } = tenants.data;
  if (items.length === 0 && !settled)
    return <Empty icon={<BuildingRegular />} title={t('tenant.empty')} body={t('tenant.empty_body')} />;

  const shown = likelyFirst(settled ? items : [...likely, ...items], favourites, recent);
  const toggle = (id: string) =>
    save({
      favourite_tenants: favourites.includes(id)
        ? favourites.filter((one) => one !== id)
        : [...favourites, id],
    });
  return (
    <div className={page.column}>
      {error && <ProblemBar error={error} />}
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
          onChange={(_, { value }) => choose(shown.find(({ id }) => id === value))}
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
                        {recent.includes(tenant.id) && !favourites.includes(tenant.id) && (
                          <Badge appearance="tint" color="informative" size="small">
                            {t('tenant.recent')}
                          </Badge>
                        )}
                      </Text>
                      <Text size={200} className={styles.domain}>
                        {tenant.default_domain}
                      </Text>
                      {tenant.health && tenant.health.status !== 'ok' && (
                        <Text size={200} className={styles.caution}>
                          {t(`tenant.status.${tenant.health.status}`)}
                        </Text>
                      )}
                    </span>
                  ),
                }}
              />
              <ToggleButton
                appearance="transparent"
                size="small"
                className={styles.star}
                checked={favourites.includes(tenant.id)}
                icon={favourites.includes(tenant.id) ? <StarFilled /> : <StarRegular />}
                aria-label={t('tenant.favourite', { tenant: tenant.display_name })}
                onClick={() => toggle(tenant.id)}
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

/* Of these, the ones that `items` does not hold; one that is gone stays away. */
function useLikely(ids: string[], items: Tenant[] | undefined): Tenant[] {
  const missing = items ? [...new Set(ids)].filter((id) => !items.some((one) => one.id === id)) : [];
  const reads = useQueries({ queries: missing.map((id) => ({ ...tenantQuery(id), retry: false })) });
  return reads.flatMap(({ data }) => data ?? []);
}
