/* Tokens for programs: made here, shown once, revoked here. */
import {
  Badge,
  Button,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Text,
} from '@fluentui/react-components';
import { AddRegular, KeyRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewTokenAnswer, Token } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { CopyButton } from '../ui/CopyButton';
import { type Column, DataTable } from '../ui/DataTable';
import { Empty } from '../ui/Empty';
import { FormDialog } from '../ui/FormDialog';
import { fieldErrors } from '../ui/fieldErrors';
import { TextField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { TenantsField } from '../ui/TenantsField';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { makeToken, revokeToken, tokensQuery } from './queries';
import { RoleField } from './RoleField';

const useStyles = makeStyles({
  token: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  text: { flex: '1 1 280px', minWidth: 0 },
});

const stateOf = ({ revoked_at, expires_at }: Token, now: number) =>
  revoked_at ? 'revoked' : expires_at && Date.parse(expires_at) <= now ? 'expired' : 'valid';

export function TokensPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  const read = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewTokenAnswer | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const now = useNow(true, 60_000);
  const done = () => void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
  /* Those that work stand first. */
  const rows = [...(read.data?.items ?? [])].sort(
    (one, two) => Number(stateOf(one, now) !== 'valid') - Number(stateOf(two, now) !== 'valid'),
  );

  const columns: Column<Token>[] = [
    {
      id: 'name',
      label: t('token.name'),
      cell: (row) => (
        <span className={page.two}>
          <Text weight="semibold">{row.name}</Text>
          <Text size={200} className={page.quiet}>
            {t('token.made', {
              when: dateTime(row.created_at),
              who: row.created_by ?? t('token.command_line'),
            })}
          </Text>
        </span>
      ),
    },
    {
      id: 'role',
      label: t('account.role'),
      cell: (row) => (
        <span className={page.two}>
          {t(`role.${row.role}`)}
          <Text size={200} className={page.quiet}>
            {row.tenants ? t('token.tenants', { count: row.tenants.length }) : t('tenants_field.all')}
          </Text>
        </span>
      ),
    },
    {
      id: 'used',
      label: t('token.used'),
      cell: (row) =>
        row.last_used_at
          ? t('token.used_when', {
              when: ago(row.last_used_at, now),
            })
          : t('token.unused'),
    },
    {
      id: 'state',
      label: t('delivery.status'),
      cell: (row) => {
        const state = stateOf(row, now);
        return (
          <span className={page.two}>
            <span>
              <Badge appearance="tint" color={state === 'valid' ? 'success' : 'informative'}>
                {t(`token.${state}`)}
              </Badge>
            </span>
            {state === 'valid' && row.expires_at && (
              <Text size={200} className={page.quiet}>
                {t('token.until', { when: dateTime(row.expires_at) })}
              </Text>
            )}
          </span>
        );
      },
    },
    {
      id: 'actions',
      label: t('action.actions'),
      hiddenLabel: true,
      tight: true,
      end: true,
      cell: (row) =>
        stateOf(row, now) === 'valid' && (
          <Button
            size="small"
            aria-label={t('token.revoke_of', { name: row.name })}
            onClick={() => setRevoking(row)}
          >
            {t('token.revoke')}
          </Button>
        ),
    },
  ];

  return (
    <>
      <PageHead
        title={t('page.tokens')}
        lead={t('token.lead')}
        actions={
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
            {t('token.make')}
          </Button>
        }
      />
      {made && (
        <Panel
          title={t('token.made_title', { name: made.name })}
          actions={
            <Button size="small" onClick={() => setMade(null)}>
              {t('token.have_it')}
            </Button>
          }
        >
          <MessageBar intent="warning">
            <MessageBarBody>{t('token.once')}</MessageBarBody>
          </MessageBar>
          <div className={styles.token}>
            <Input
              readOnly
              className={styles.text}
              aria-label={t('token.token')}
              value={made.token}
              onFocus={(event) => event.target.select()}
            />
            <CopyButton text={made.token} />
          </div>
        </Panel>
      )}
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={3} />}
      {read.isSuccess && rows.length === 0 && (
        <Empty
          icon={<KeyRegular />}
          title={t('token.empty')}
          body={t('token.empty_body')}
          action={<Button onClick={() => setMaking(true)}>{t('token.make')}</Button>}
        />
      )}
      {rows.length > 0 && (
        <DataTable label={t('page.tokens')} columns={columns} rows={rows} idOf={({ id }) => id} />
      )}
      {making && (
        <Make
          onMade={(answer) => {
            setMade(answer);
            setMaking(false);
            done();
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={t('token.revoke_title', { name: revoking.name })}
          body={t('token.revoke_body')}
          confirm={t('token.revoke')}
          action={() => revokeToken(revoking.id)}
          onDone={done}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}

function Make({ onMade, onClose }: { onMade(answer: NewTokenAnswer): void; onClose(): void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Token['role']>('technician');
  const [tenants, setTenants] = useState<string[] | null>(null);
  const [until, setUntil] = useState('');
  const make = useMutation({
    mutationFn: () =>
      makeToken({
        name: name.trim(),
        role,
        tenants,
        expires_at: until ? new Date(`${until}T23:59:59`).toISOString() : null,
      }),
    onSuccess: onMade,
  });
  const errorAt = fieldErrors(make.error);
  return (
    <FormDialog title={t('token.make')} submit={t('token.make')} save={make} onClose={onClose}>
      <TextField
        label={t('token.name')}
        required
        value={name}
        hint={t('token.name_hint')}
        onChange={setName}
        error={errorAt('/name')}
      />
      <RoleField value={role} onChange={setRole} />
      <TextField
        label={t('token.expires')}
        type="date"
        value={until}
        hint={t('token.expires_hint')}
        onChange={setUntil}
        error={errorAt('/expires_at')}
      />
      <TenantsField
        label={t('page.tenants')}
        value={tenants}
        onChange={setTenants}
        error={errorAt('/tenants')}
      />
    </FormDialog>
  );
}
