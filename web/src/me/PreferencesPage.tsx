/* How I like it, and my password. */
import { Field, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery } from '../api/queries';
import type { Me } from '../api/schema';
import { type Appearance, setAppearance, useAppearance } from '../app/theme';
import { dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { usePreferences } from '../session/preferences';
import { Facts } from '../ui/Facts';
import { FormGrid } from '../ui/FormGrid';
import { fieldErrors } from '../ui/fieldErrors';
import { SecretField, SwitchField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { SaveBar } from '../ui/SaveBar';
import { usePageStyles } from '../ui/usePageStyles';
import { accountQuery, changePassword } from './queries';

const appearances: Appearance[] = ['system', 'light', 'dark'];

export function PreferencesPage() {
  const page = usePageStyles();
  const { data: me } = useQuery(meQuery);
  const appearance = useAppearance();
  const { preferences, save, error } = usePreferences();
  if (!me) return null;
  return (
    <div className={page.page}>
      <PageHead
        title={t('page.preferences')}
        lead={t('me.lead', { name: me.name, role: t(`role.${me.role}`) })}
      />
      {error && <ProblemBar error={error} />}
      <Panel title={t('app.theme')}>
        <Field label={t('me.theme')}>
          <RadioGroup
            layout="horizontal"
            className={page.choices}
            value={appearance}
            onChange={(_, { value }) => {
              const theme = value as Appearance;
              setAppearance(theme);
              save({ theme });
            }}
          >
            {appearances.map((value) => (
              <Radio key={value} value={value} label={t(`app.theme.${value}`)} />
            ))}
          </RadioGroup>
        </Field>
        <Text size={200} className={page.quiet}>
          {t('me.zone', {
            zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            now: dateTime(Date.now()),
          })}
        </Text>
      </Panel>
      <Panel title={t('keys.title')}>
        <SwitchField
          label={t('me.letters')}
          hint={t('me.letters_hint')}
          value={preferences.shortcuts ?? true}
          onChange={(shortcuts) => save({ shortcuts })}
        />
      </Panel>
      {me.kind === 'account' && <Account me={me} />}
    </div>
  );
}

function Account({ me }: { me: Me }) {
  const read = useQuery(accountQuery(me.id));
  const account = read.data;
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword(me.id, old, password),
    onSuccess: () => {
      setOld('');
      setPassword('');
    },
  });
  const errorAt = fieldErrors(change.error);
  return (
    <Panel title={t('me.account')}>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={2} />}
      {account && (
        <Facts
          facts={[
            { id: 'name', label: t('account.username'), value: account.username },
            { id: 'role', label: t('account.role'), value: t(`role.${account.role}`) },
            { id: 'may', label: t('me.may'), value: t(`role.${account.role}.may`) },
            { id: 'kind', label: t('account.kind'), value: t(`account.kind.${account.kind}`) },
          ]}
        />
      )}
      {account?.kind === 'local' && (
        <>
          <FormGrid>
            <SecretField
              label={t('me.old_password')}
              value={old}
              hint=""
              onChange={setOld}
              error={errorAt('/old_password')}
            />
            <SecretField
              label={t('me.new_password')}
              value={password}
              hint={t('account.password_hint')}
              onChange={setPassword}
              error={errorAt('/password')}
            />
          </FormGrid>
          <SaveBar dirty={old !== '' || password !== ''} save={change} label={t('me.change_password')} />
        </>
      )}
    </Panel>
  );
}
