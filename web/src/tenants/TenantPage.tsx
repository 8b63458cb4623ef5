/* One tenant: can it be reached, what is permitted there, how far the look at its mailboxes is, and its defaults. */
import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  BuildingRegular,
  CheckmarkCircleFilled,
  DismissCircleFilled,
  QuestionCircleRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Tagged } from '../api/client';
import { asProblem } from '../api/problem';
import { catalogQuery } from '../api/queries';
import type { PermissionIndex, Tenant, TenantHealth } from '../api/schema';
import { dateTime, list, number } from '../i18n/format';
import { t } from '../i18n/t';
import { summaryOf } from '../options/words';
import { useMay } from '../session/useMay';
import { templateQuery } from '../templates/queries';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Disclosure } from '../ui/Disclosure';
import { Empty } from '../ui/Empty';
import { Facts } from '../ui/Facts';
import { FormDialog } from '../ui/FormDialog';
import { fieldErrors } from '../ui/fieldErrors';
import { TextField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { TextLink } from '../ui/TextLink';
import { usePageStyles } from '../ui/usePageStyles';
import {
  defaultsTagQuery,
  healthQuery,
  protectedUsersQuery,
  removeTenant,
  renameTenant,
  tenantQuery,
} from './queries';
import { TenantState } from './TenantState';

const useStyles = makeStyles({
  halves: {
    display: 'grid',
    gap: '20px',
    alignItems: 'start',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 400px), 1fr))',
  },
  permission: {
    display: 'flex',
    columnGap: '8px',
    paddingBlock: '6px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  icon: { display: 'inline-flex', fontSize: '20px', flexShrink: 0 },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  texts: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
});

const back = { to: '/tenants', label: t('page.tenants') };

export function TenantPage() {
  const { tenant: id = '' } = useParams();
  const page = usePageStyles();
  const read = useQuery(tenantQuery(id));
  if (read.isError && asProblem(read.error).status === 404)
    return (
      <Empty
        page
        icon={<BuildingRegular />}
        title={t('tenant.not_found')}
        action={<TextLink to={back.to}>{t('tenant.to_all')}</TextLink>}
      />
    );
  if (!read.data)
    return (
      <div className={page.page}>
        {read.isError ? (
          <ProblemBar error={read.error} retry={() => void read.refetch()} />
        ) : (
          <Loading rows={6} />
        )}
      </div>
    );
  return <Details read={read.data} />;
}

type Whole = Tenant & { permission_index: PermissionIndex };

function Details({ read }: { read: Tagged<Whole> }) {
  const styles = useStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const client = useQueryClient();
  const may = useMay();
  const [open, setOpen] = useState<'rename' | 'remove' | null>(null);
  const tenant = read.value;
  const leave = () => {
    void client.invalidateQueries({ queryKey: ['tenants'] });
    navigate(back.to);
  };
  return (
    <div className={page.page}>
      <PageHead
        title={tenant.display_name}
        back={back}
        lead={tenant.default_domain}
        actions={
          <>
            {may('admin') && <Button onClick={() => setOpen('rename')}>{t('tenant.rename')}</Button>}
            {may('whole') && <Button onClick={() => setOpen('remove')}>{t('tenant.remove')}</Button>}
          </>
        }
      />
      <div className={styles.halves}>
        <Health tenant={tenant.id} />
        <div className={page.stack}>
          <Defaults tenant={tenant.id} edits={may('admin')} />
          <Index index={tenant.permission_index} />
        </div>
      </div>
      {open === 'rename' && <Rename read={read} onClose={() => setOpen(null)} />}
      {open === 'remove' && (
        <ConfirmDialog
          title={t('tenant.remove_title', { name: tenant.display_name })}
          body={t('tenant.remove_body')}
          confirm={t('tenant.remove')}
          action={() => removeTenant(tenant.id)}
          onDone={leave}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

function Rename({ read, onClose }: { read: Tagged<Whole>; onClose(): void }) {
  const client = useQueryClient();
  const [name, setName] = useState(read.value.display_name);
  const rename = useMutation({
    mutationFn: () => renameTenant(read.value.id, name.trim(), read.tag),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tenant', read.value.id] });
      void client.invalidateQueries({ queryKey: ['tenants'] });
      onClose();
    },
  });
  return (
    <FormDialog title={t('tenant.rename')} submit={t('tenant.rename')} save={rename} onClose={onClose}>
      <TextField
        label={t('tenant.name')}
        required
        value={name}
        onChange={setName}
        error={fieldErrors(rename.error)('/display_name')}
      />
    </FormDialog>
  );
}

function Health({ tenant }: { tenant: string }) {
  const page = usePageStyles();
  const client = useQueryClient();
  const read = useQuery(healthQuery(tenant));
  const look = useMutation({
    mutationFn: () => client.fetchQuery({ ...healthQuery(tenant, 0), staleTime: 0 }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['tenants'] }),
  });
  const health = read.data;
  return (
    <Panel
      title={t('tenant.health')}
      lead={health && t('tenant.looked_when', { when: dateTime(health.checked_at) })}
      actions={
        <Button
          size="small"
          disabledFocusable={look.isPending || read.isPending}
          onClick={() => look.mutate()}
        >
          {look.isPending ? t('tenant.looking') : t('tenant.look')}
        </Button>
      }
    >
      {(read.isError || look.isError) && (
        <ProblemBar error={read.error ?? look.error} retry={() => void read.refetch()} />
      )}
      {read.isPending && <Loading rows={4} />}
      {health && (
        <>
          <div className={page.row} role="status">
            <TenantState status={health.status} />
            <Text>{t(`tenant.health_says.${health.status}`)}</Text>
          </div>
          {!health.token.ok && (
            <MessageBar intent="error" layout="multiline">
              <MessageBarBody>
                {health.token.message} {health.token.code && t('tenant.code', { code: health.token.code })}
                {health.disconnected_since && (
                  <p>{t('tenant.disconnected_since', { when: dateTime(health.disconnected_since) })}</p>
                )}
              </MessageBarBody>
            </MessageBar>
          )}
          {health.permissions.length > 0 && <Permissions health={health} />}
        </>
      )}
    </Panel>
  );
}

function Permissions({ health }: { health: TenantHealth }) {
  const missing = health.permissions.filter(({ granted }) => granted === false);
  const rest = health.permissions.filter(({ granted }) => granted !== false);
  return (
    <>
      {missing.length > 0 && <PermissionList permissions={missing} />}
      {rest.length > 0 && (
        <Disclosure
          label={t(missing.length > 0 ? 'tenant.permissions_rest' : 'tenant.permissions', {
            count: rest.length,
          })}
        >
          <PermissionList permissions={rest} />
        </Disclosure>
      )}
    </>
  );
}

function PermissionList({ permissions }: { permissions: TenantHealth['permissions'] }) {
  const styles = useStyles();
  const page = usePageStyles();
  const { data: catalog } = useQuery(catalogQuery);
  const label = (id: string) => catalog?.tasks.find((task) => task.id === id)?.label ?? id;
  return (
    <ul>
      {permissions.map(({ resource, any, granted, tasks }) => (
        <li key={`${resource} ${any}`} className={styles.permission}>
          <span
            className={mergeClasses(
              styles.icon,
              granted === true && styles.good,
              granted === false && styles.bad,
            )}
            aria-hidden
          >
            {granted === true ? (
              <CheckmarkCircleFilled />
            ) : granted === false ? (
              <DismissCircleFilled />
            ) : (
              <QuestionCircleRegular />
            )}
          </span>
          <span className={styles.texts}>
            <Text weight="semibold">{any.split('|').join(t('tenant.permission_or'))}</Text>
            <Text size={200} className={page.quiet}>
              {t(
                granted === true
                  ? 'tenant.permission_granted'
                  : granted === false
                    ? 'tenant.permission_missing'
                    : 'tenant.permission_unknown',
              )}
              {tasks.length > 0 && ` · ${t('tenant.permission_for', { tasks: list(tasks.map(label)) })}`}
            </Text>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Index({ index }: { index: PermissionIndex }) {
  const page = usePageStyles();
  const { pass, error } = index;
  const rows: [string, string, string | null][] = [
    ['status', t('index.status'), t(index.kept ? `index.status.${index.status}` : 'index.off')],
    ['mailboxes', t('index.mailboxes'), index.status === 'never' ? null : number(index.mailboxes)],
    ['unreadable', t('index.unreadable'), index.unreadable > 0 ? number(index.unreadable) : null],
    ['completed', t('index.completed'), index.completed_at && dateTime(index.completed_at)],
  ];
  return (
    <Panel title={t('index.title')} lead={t('index.lead')}>
      <Facts facts={rows.flatMap(([id, label, value]) => (value ? [{ id, label, value }] : []))} />
      {pass && (
        <div className={page.column}>
          <Text size={200}>{t('index.pass', { looked: pass.looked, count: pass.mailboxes })}</Text>
          <ProgressBar
            value={pass.mailboxes > 0 ? pass.looked / pass.mailboxes : 0}
            aria-label={t('index.title')}
          />
        </div>
      )}
      {error && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {error.message} {dateTime(error.at)}
          </MessageBarBody>
        </MessageBar>
      )}
    </Panel>
  );
}

function Defaults({ tenant, edits }: { tenant: string; edits: boolean }) {
  const read = useQuery(defaultsTagQuery(tenant));
  const { data: catalog } = useQuery(catalogQuery);
  const people = useQuery(protectedUsersQuery(tenant));
  const defaults = read.data?.value;
  const template = useQuery({
    ...templateQuery(defaults?.template ?? ''),
    enabled: Boolean(defaults?.template),
  });
  const names = people.data?.items.map((one) => one.display_name ?? one.id) ?? [];
  return (
    <Panel
      title={t('tenant.defaults')}
      lead={t('tenant.defaults_lead')}
      actions={
        <TextLink to={`/tenants/${tenant}/defaults`}>{t(edits ? 'tenant.change' : 'tenant.show')}</TextLink>
      }
    >
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={2} />}
      {defaults && (
        <Facts
          facts={[
            {
              id: 'options',
              label: t('defaults.options'),
              value: defaults.template
                ? t('defaults.by_template', { name: template.data?.value.name ?? '…' })
                : summaryOf(defaults.options, catalog),
            },
            {
              id: 'protected',
              label: t('defaults.protected'),
              value: names.length > 0 ? list(names) : t('value.none'),
            },
            {
              id: 'forwarding',
              label: t('defaults.external'),
              value: t(defaults.allow_external_forwarding ? 'value.yes' : 'value.no'),
            },
          ]}
        />
      )}
    </Panel>
  );
}
