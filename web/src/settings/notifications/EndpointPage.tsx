/* One way of telling people: its settings, what a message looks like, and a test. */
import { Button, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { PlugDisconnectedRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Tagged } from '../../api/client';
import type { NotificationSettings } from '../../api/schema';
import { dateTime } from '../../i18n/format';
import { t } from '../../i18n/t';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Empty } from '../../ui/Empty';
import { fieldErrors } from '../../ui/fieldErrors';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { ProblemBar } from '../../ui/ProblemBar';
import { SaveBar } from '../../ui/SaveBar';
import { TextLink } from '../../ui/TextLink';
import { EmailForm } from './EmailForm';
import { type Endpoint, endpointAt, pointerOf, withEndpoint, withoutWebhook } from './endpoints';
import { LinksForm } from './LinksForm';
import { Preview } from './Preview';
import { PsaForm } from './PsaForm';
import { notificationsQuery, saveNotifications } from './queries';
import { TestPanel } from './TestPanel';
import { WebhookForm } from './WebhookForm';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gap: '20px',
    alignItems: 'start',
    gridTemplateColumns: 'minmax(0, 1fr)',
    '@media (min-width: 960px)': { gridTemplateColumns: 'minmax(0, 7fr) minmax(0, 5fr)' },
  },
  side: { display: 'flex', flexDirection: 'column', rowGap: '20px', minWidth: 0 },
});

const back = { to: '/settings/notifications', label: t('page.notifications') };

export function EndpointPage() {
  const { endpoint: name = '' } = useParams();
  const read = useQuery(notificationsQuery);
  if (read.isError)
    return (
      <>
        <PageHead title={t('page.notifications')} back={back} />
        <ProblemBar error={read.error} retry={() => void read.refetch()} />
      </>
    );
  if (!read.data) return <Loading rows={6} />;
  const stored = endpointAt(read.data.value, name);
  if (!stored)
    return (
      <Empty
        page
        icon={<PlugDisconnectedRegular />}
        title={t('notify.gone')}
        action={<TextLink to={back.to}>{t('notify.to_all')}</TextLink>}
      />
    );
  return <Edit key={name} settings={read.data} stored={stored} />;
}

const same = (one: unknown, two: unknown) => JSON.stringify(one) === JSON.stringify(two);

function titleOf({ kind, value }: Endpoint): string {
  if (kind !== 'webhook') return t(`notify.kind.${kind}`);
  return value.id ? value.name : t('notify.new_webhook');
}

function Edit({ settings, stored }: { settings: Tagged<NotificationSettings>; stored: Endpoint }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Endpoint | null>(null);
  const [removing, setRemoving] = useState(false);
  const endpoint = draft ?? stored;
  const isNew = stored.kind === 'webhook' && !stored.value.id;
  const dirty = isNew || (draft !== null && !same(draft, stored));

  const keep = (now: Tagged<NotificationSettings>) => client.setQueryData(notificationsQuery.queryKey, now);
  const save = useMutation({
    mutationFn: () => saveNotifications(withEndpoint(settings.value, endpoint), settings.tag),
    onSuccess: (now) => {
      keep(now);
      setDraft(null);
      const added = isNew && now.value.webhooks?.at(-1)?.id;
      if (added) navigate(`/settings/notifications/${added}`, { replace: true });
    },
  });
  const errors = fieldErrors(save.error);
  const pointer = pointerOf(settings.value, endpoint);
  const errorAt = (at: string) => errors(pointer + at);
  const set = (now: Endpoint) => setDraft(now);
  const reload = () => {
    setDraft(null);
    void client.invalidateQueries({ queryKey: notificationsQuery.queryKey });
  };
  const hook = stored.kind === 'webhook' ? stored.value : null;
  const hint = settings.value.hints?.find(({ webhook }) => webhook === hook?.id);
  const channel = endpoint.kind === 'password-links' ? null : endpoint.kind;
  const testable = channel !== null && !isNew && stored.value !== null;

  return (
    <>
      <PageHead
        title={titleOf(stored)}
        back={back}
        lead={t(`notify.lead.${endpoint.kind}`)}
        actions={hook?.id && <Button onClick={() => setRemoving(true)}>{t('notify.remove')}</Button>}
      />
      {hook?.disabled_reason && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('notify.switched_off', { reason: hook.disabled_reason })}</MessageBarBody>
        </MessageBar>
      )}
      {hint && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{hint.message}</MessageBarBody>
        </MessageBar>
      )}
      {hook?.old_secret_until && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            {t('notify.two_secrets', { time: dateTime(hook.old_secret_until) })}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.columns}>
        <Panel title={t('notify.settings')}>
          {endpoint.kind === 'webhook' && (
            <WebhookForm
              value={endpoint.value}
              onChange={(value) => set({ kind: 'webhook', value })}
              errorAt={errorAt}
            />
          )}
          {endpoint.kind === 'email' && (
            <EmailForm
              value={endpoint.value}
              onChange={(value) => set({ kind: 'email', value })}
              errorAt={errorAt}
            />
          )}
          {endpoint.kind === 'psa' && (
            <PsaForm
              value={endpoint.value}
              onChange={(value) => set({ kind: 'psa', value })}
              errorAt={errorAt}
            />
          )}
          {endpoint.kind === 'password-links' && (
            <LinksForm
              value={endpoint.value}
              onChange={(value) => set({ kind: 'password-links', value })}
              errorAt={errorAt}
            />
          )}
          <SaveBar
            dirty={dirty}
            save={save}
            {...(draft && { onDiscard: () => setDraft(null) })}
            onReload={reload}
            label={isNew ? t('notify.add') : t('form.save')}
          />
        </Panel>
        <div className={styles.side}>
          {testable && <TestPanel channel={channel} webhook={hook?.id ?? null} unsaved={dirty} />}
          {channel && <Preview endpoint={endpoint} />}
        </div>
      </div>
      {removing && hook?.id && (
        <ConfirmDialog
          title={t('notify.remove_title', { name: hook.name })}
          body={t('notify.remove_body')}
          confirm={t('notify.remove')}
          action={async () => {
            keep(await saveNotifications(withoutWebhook(settings.value, hook.id ?? ''), settings.tag));
          }}
          onDone={() => navigate(back.to)}
          onClose={() => setRemoving(false)}
        />
      )}
    </>
  );
}
