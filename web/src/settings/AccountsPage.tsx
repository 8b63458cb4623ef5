/* Who can sign in, and what their roles let them do. */
import {
  Badge,
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
} from '@fluentui/react-components';
import { MoreHorizontalRegular, PersonAddRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery } from '../api/queries';
import type { Account } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { type Column, DataTable } from '../ui/DataTable';
import { FormDialog } from '../ui/FormDialog';
import { fieldErrors } from '../ui/fieldErrors';
import { SecretField, TextField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { ProblemBar } from '../ui/ProblemBar';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { accountsQuery, addAccount, changeAccount, deleteAccount } from './queries';
import { RoleField } from './RoleField';

type What = 'add' | 'role' | 'password' | 'disable' | 'enable' | 'delete';

export function AccountsPage() {
  const page = usePageStyles();
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const read = useQuery(accountsQuery);
  const [open, setOpen] = useState<{ what: What; account: Account | null } | null>(null);
  const now = useNow(true, 60_000);
  const done = () => void client.invalidateQueries({ queryKey: accountsQuery.queryKey });
  const close = () => setOpen(null);

  const columns: Column<Account>[] = [
    {
      id: 'name',
      label: t('account.username'),
      cell: (row) => (
        <span className={page.two}>
          <span className={page.row}>
            <Text weight="semibold">{row.display_name ?? row.username}</Text>
            {row.id === me?.id && <Badge appearance="tint">{t('account.you')}</Badge>}
            {row.disabled && (
              <Badge appearance="tint" color="danger">
                {t('account.disabled')}
              </Badge>
            )}
          </span>
          {row.display_name && (
            <Text size={200} className={page.quiet}>
              {row.username}
            </Text>
          )}
        </span>
      ),
    },
    { id: 'role', label: t('account.role'), cell: (row) => t(`role.${row.role}`) },
    { id: 'kind', label: t('account.kind'), cell: (row) => t(`account.kind.${row.kind}`) },
    {
      id: 'seen',
      label: t('account.seen'),
      cell: (row) =>
        row.last_sign_in_at ? (
          <span title={dateTime(row.last_sign_in_at)}>
            {t('account.seen_when', {
              when: ago(row.last_sign_in_at, now),
            })}
          </span>
        ) : (
          t('account.never')
        ),
    },
    {
      id: 'actions',
      label: t('action.actions'),
      hiddenLabel: true,
      tight: true,
      end: true,
      cell: (account) => (
        <Menu positioning="below-end">
          <MenuTrigger disableButtonEnhancement>
            <Button
              appearance="subtle"
              icon={<MoreHorizontalRegular />}
              aria-label={t('action.actions_of', { name: account.username })}
            />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {account.kind === 'local' && (
                <>
                  <MenuItem onClick={() => setOpen({ what: 'role', account })}>
                    {t('account.change_role')}
                  </MenuItem>
                  {account.id !== me?.id && (
                    <MenuItem onClick={() => setOpen({ what: 'password', account })}>
                      {t('account.new_password')}
                    </MenuItem>
                  )}
                </>
              )}
              <MenuItem onClick={() => setOpen({ what: account.disabled ? 'enable' : 'disable', account })}>
                {t(account.disabled ? 'account.enable' : 'account.disable')}
              </MenuItem>
              <MenuItem onClick={() => setOpen({ what: 'delete', account })}>{t('account.delete')}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      ),
    },
  ];

  const { what, account } = open ?? {};
  return (
    <>
      <PageHead
        title={t('page.accounts')}
        lead={t('account.lead')}
        actions={
          <Button
            appearance="primary"
            icon={<PersonAddRegular />}
            onClick={() => setOpen({ what: 'add', account: null })}
          >
            {t('account.add')}
          </Button>
        }
      />
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={4} />}
      {read.data && (
        <DataTable
          label={t('page.accounts')}
          columns={columns}
          rows={read.data.items}
          idOf={({ id }) => id}
        />
      )}
      {what === 'add' && <Add onDone={done} onClose={close} />}
      {what === 'role' && account && <Role account={account} onDone={done} onClose={close} />}
      {what === 'password' && account && <Password account={account} onDone={done} onClose={close} />}
      {(what === 'disable' || what === 'enable') && account && (
        <ConfirmDialog
          title={t(`account.${what}_title`, { name: account.username })}
          body={t(`account.${what}_body`)}
          confirm={t(`account.${what}`)}
          action={() => changeAccount(account, { disabled: what === 'disable' })}
          onDone={done}
          onClose={close}
        />
      )}
      {what === 'delete' && account && (
        <ConfirmDialog
          title={t('account.delete_title', { name: account.username })}
          body={t('account.delete_body')}
          confirm={t('account.delete')}
          action={() => deleteAccount(account.id)}
          onDone={done}
          onClose={close}
        />
      )}
    </>
  );
}

interface Ends {
  onDone(): void;
  onClose(): void;
}

const ending = ({ onDone, onClose }: Ends) => ({
  onSuccess: () => {
    onDone();
    onClose();
  },
});

function Add(ends: Ends) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Account['role']>('technician');
  const add = useMutation({
    mutationFn: () => addAccount({ username: username.trim(), password, role }),
    ...ending(ends),
  });
  const errorAt = fieldErrors(add.error);
  return (
    <FormDialog title={t('account.add')} submit={t('account.add')} save={add} onClose={ends.onClose}>
      <TextField
        label={t('account.username')}
        required
        value={username}
        onChange={setUsername}
        error={errorAt('/username')}
      />
      <SecretField
        label={t('account.password')}
        required
        value={password}
        hint={t('account.password_hint')}
        onChange={setPassword}
        error={errorAt('/password')}
      />
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  );
}

function Role({ account, ...ends }: Ends & { account: Account }) {
  const [role, setRole] = useState(account.role);
  const change = useMutation({ mutationFn: () => changeAccount(account, { role }), ...ending(ends) });
  return (
    <FormDialog
      title={t('account.role_of', { name: account.username })}
      submit={t('account.change_role')}
      save={change}
      onClose={ends.onClose}
    >
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  );
}

function Password({ account, ...ends }: Ends & { account: Account }) {
  const [password, setPassword] = useState('');
  const change = useMutation({ mutationFn: () => changeAccount(account, { password }), ...ending(ends) });
  return (
    <FormDialog
      title={t('account.password_of', { name: account.username })}
      submit={t('account.new_password')}
      save={change}
      onClose={ends.onClose}
    >
      <SecretField
        label={t('account.password')}
        required
        value={password}
        hint={t('account.password_hint')}
        onChange={setPassword}
        error={fieldErrors(change.error)('/password')}
      />
    </FormDialog>
  );
}
