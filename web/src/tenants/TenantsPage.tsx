/* All tenants: how they are, adding one, and reading them from the partner account. */
import { Button, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { AddRegular, ArrowSyncRegular, BuildingMultipleRegular } from '@fluentui/react-icons';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { rowsOf } from '../api/queries';
import type { Tenant, TenantSync } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { type Column, DataTable } from '../ui/DataTable';
import { Empty } from '../ui/Empty';
import { FilterBar, FilterText } from '../ui/FilterBar';
import { FormDialog } from '../ui/FormDialog';
import { fieldErrors } from '../ui/fieldErrors';
import { TextField } from '../ui/fields';
import { Listing } from '../ui/Listing';
import { PageHead } from '../ui/PageHead';
import { ProblemBar } from '../ui/ProblemBar';
import { TextLink } from '../ui/TextLink';
import { useFilters } from '../ui/useFilters';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { addTenant, syncTenants, tenantListQuery } from './queries';
import { TenantState } from './TenantState';

export function TenantsPage() {
  const page = usePageStyles();
  const client = useQueryClient();
  const may = useMay();
  const { values, set, clear, any } = useFilters(['search'] as const);
  const [adding, setAdding] = useState(false);
  const read = useInfiniteQuery(tenantListQuery(values.search));
  const rows = rowsOf(read.data);
  const now = useNow(true, 60_000);
  const manages = may('whole');
  const sync = useMutation({
    mutationFn: syncTenants,
    onSuccess: () => void client.invalidateQueries({ queryKey: ['tenants'] }),
  });

  const columns: Column<Tenant>[] = [
    {
      id: 'name',
      label: t('tenant.name'),
      cell: (row) => (
        <span className={page.two}>
          <TextLink to={`/tenants/${row.id}`}>{row.display_name}</TextLink>
          <Text size={200} className={page.quiet}>
            {row.default_domain}
          </Text>
        </span>
      ),
    },
    { id: 'health', label: t('tenant.health'), cell: (row) => <TenantState status={row.health?.status} /> },
    {
      id: 'looked',
      label: t('tenant.looked'),
      cell: (row) =>
        row.health && (
          <span title={dateTime(row.health.checked_at)}>
            {t('tenant.checked', {
              when: ago(row.health.checked_at, now),
            })}
          </span>
        ),
    },
    {
      id: 'defaults',
      label: t('tenant.defaults'),
      cell: (row) => <TextLink to={`/tenants/${row.id}/defaults`}>{t('tenant.defaults')}</TextLink>,
    },
  ];

  const nothingYet = read.isSuccess && rows.length === 0 && !any;
  return (
    <div className={page.page}>
      <PageHead
        title={t('page.tenants')}
        lead={t('tenant.page_lead')}
        actions={
          manages && (
            <>
              <Button
                icon={<ArrowSyncRegular />}
                disabledFocusable={sync.isPending}
                onClick={() => sync.mutate()}
              >
                {sync.isPending ? t('tenant.syncing') : t('tenant.sync')}
              </Button>
              <Button appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
                {t('tenant.add')}
              </Button>
            </>
          )
        }
      />
      {sync.isError && <ProblemBar error={sync.error} title={t('tenant.sync_failed')} />}
      {sync.data && <Synced result={sync.data} />}
      {!nothingYet && (
        <FilterBar>
          <FilterText
            label={t('tenant.search')}
            value={values.search}
            onChange={(value) => set('search', value)}
          />
        </FilterBar>
      )}
      <Listing
        read={read}
        empty={rows.length === 0}
        filtered={any}
        noneFound={t('tenant.none_found', { search: values.search })}
        clear={clear}
        nothing={
          <Empty
            icon={<BuildingMultipleRegular />}
            title={t('tenant.empty')}
            body={t(manages ? 'tenant.empty_admin' : 'tenant.empty_body')}
            action={manages && <Button onClick={() => setAdding(true)}>{t('tenant.add')}</Button>}
          />
        }
      >
        <Disconnected tenants={rows} />
        <DataTable label={t('page.tenants')} columns={columns} rows={rows} idOf={({ id }) => id} />
      </Listing>
      {adding && <Add onClose={() => setAdding(false)} />}
    </div>
  );
}

/* Those whose offboardings wait for a person: why, since when, and what to do. */
function Disconnected({ tenants }: { tenants: Tenant[] }) {
  const rows = tenants.flatMap(({ id, display_name: name, health }) =>
    health?.disconnected ? [{ id, name, ...health.disconnected }] : [],
  );
  if (rows.length === 0) return null;
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('tenant.disconnected', { count: rows.length })}</MessageBarTitle>
        <ul>
          {rows.map(({ id, name, message, code, since }) => (
            <li key={id}>{t('tenant.disconnected_of', { name, message, code, when: dateTime(since) })}</li>
          ))}
        </ul>
        {t('tenant.disconnected_do')}
      </MessageBarBody>
    </MessageBar>
  );
}

function Synced({ result }: { result: TenantSync }) {
  const page = usePageStyles();
  const { added, updated, unchanged, missing, skipped } = result;
  return (
    <div role="status" className={page.column}>
      <MessageBar intent={skipped.length > 0 ? 'warning' : 'success'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t('tenant.synced')}</MessageBarTitle>{' '}
          {t('tenant.sync_counts', {
            added: added.length,
            updated: updated.length,
            unchanged: unchanged.length,
          })}
          {missing.length > 0 && (
            <p>
              {t('tenant.sync_missing', {
                names: missing.map(({ display_name, id }) => display_name ?? id).join(', '),
              })}
            </p>
          )}
          {skipped.length > 0 && (
            <ul>
              {skipped.map((one) => (
                <li key={one.id}>
                  {one.display_name ?? one.default_domain ?? one.id}: {one.message}
                </li>
              ))}
            </ul>
          )}
        </MessageBarBody>
      </MessageBar>
    </div>
  );
}

function Add({ onClose }: { onClose(): void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [id, setId] = useState('');
  const [domain, setDomain] = useState('');
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () =>
      addTenant({ tenant_id: id.trim(), default_domain: domain.trim(), display_name: name.trim() }),
    onSuccess: (tenant) => {
      /* It may have been here before, under another name. */
      client.removeQueries({ queryKey: ['tenant', tenant.id] });
      void client.invalidateQueries({ queryKey: ['tenants'] });
      onClose();
      navigate(`/tenants/${tenant.id}`);
    },
  });
  const errorAt = fieldErrors(add.error);
  return (
    <FormDialog title={t('tenant.add')} submit={t('tenant.add')} save={add} onClose={onClose}>
      <Text>{t('tenant.add_lead')}</Text>
      <TextField
        label={t('tenant.id')}
        required
        value={id}
        placeholder="00000000-0000-0000-0000-000000000000"
        onChange={setId}
        error={errorAt('/tenant_id')}
      />
      <TextField
        label={t('tenant.domain')}
        required
        value={domain}
        placeholder="contoso.onmicrosoft.com"
        onChange={setDomain}
        error={errorAt('/default_domain')}
      />
      <TextField
        label={t('tenant.name')}
        required
        value={name}
        onChange={setName}
        error={errorAt('/display_name')}
      />
    </FormDialog>
  );
}
