/* Who is told of what: all ways at a glance. */
import { Badge, Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import {
  AddRegular,
  MailRegular,
  PasswordRegular,
  PlugConnectedRegular,
  TicketDiagonalRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Tagged } from '../../api/client';
import type { NotificationSettings } from '../../api/schema';
import { list, number } from '../../i18n/format';
import { t } from '../../i18n/t';
import { FormGrid } from '../../ui/FormGrid';
import { fieldErrors } from '../../ui/fieldErrors';
import { NumberField } from '../../ui/fields';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { ProblemBar } from '../../ui/ProblemBar';
import { SaveBar } from '../../ui/SaveBar';
import { TextLink } from '../../ui/TextLink';
import { usePageStyles } from '../../ui/usePageStyles';
import { formatOf, hostOf } from './endpoints';
import { notificationsQuery, saveNotifications } from './queries';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column' },
  row: {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    columnGap: '16px',
    padding: '12px 4px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  icon: { fontSize: '24px', display: 'inline-flex', color: tokens.colorNeutralForeground3 },
  texts: { display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  /* The whole row is the link. */
  link: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    textDecoration: 'none',
    '::after': { content: '""', position: 'absolute', inset: 0 },
  },
});

interface Row {
  to: string;
  name: string;
  what: string;
  icon: ReactElement;
  state: 'on' | 'off' | 'switched_off';
}

const told = (events: unknown[] | undefined) => t('notify.events_count', { count: events?.length ?? 0 });

function rowsOf(settings: NotificationSettings): Row[] {
  const hooks = (settings.webhooks ?? []).map(
    (hook): Row => ({
      to: hook.id ?? '',
      name: hook.name,
      what: [t(`notify.format.${formatOf(hook)}`), hostOf(hook.url), told(hook.events)].join(' · '),
      icon: <PlugConnectedRegular />,
      state: hook.enabled === false ? (hook.disabled_reason ? 'switched_off' : 'off') : 'on',
    }),
  );
  const { email, psa, password_links: links } = settings;
  const to = [
    ...(email?.to ?? []),
    ...(email?.to_manager ? [t('notify.the_manager')] : []),
    ...(email?.to_requester ? [t('notify.the_requester')] : []),
  ];
  return [
    ...hooks,
    {
      to: 'email',
      name: t('notify.kind.email'),
      what: email?.enabled
        ? [list(to), told(email.events)].filter(Boolean).join(' · ')
        : t('notify.not_used'),
      icon: <MailRegular />,
      state: email?.enabled ? 'on' : 'off',
    },
    {
      to: 'psa',
      name: t('notify.kind.psa'),
      what: psa ? [t(`psa.kind.${psa.kind}`), told(psa.events)].join(' · ') : t('notify.not_used'),
      icon: <TicketDiagonalRegular />,
      state: psa && psa.enabled !== false ? 'on' : 'off',
    },
    {
      to: 'password-links',
      name: t('notify.kind.password-links'),
      what: t('links.summary', {
        host: t(`links.host.${links?.host ?? 'lastday'}`),
        days: t('links.summary_days', { count: links?.expires_in_days ?? 7 }),
        views: t('links.summary_views', { count: links?.views ?? 1 }),
      }),
      icon: <PasswordRegular />,
      state: 'on',
    },
  ];
}

export function NotificationsPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const read = useQuery(notificationsQuery);
  return (
    <>
      <PageHead
        title={t('page.notifications')}
        lead={t('notify.lead')}
        actions={
          <Button
            appearance="primary"
            icon={<AddRegular />}
            onClick={() => navigate('/settings/notifications/new-webhook')}
          >
            {t('notify.new_webhook')}
          </Button>
        }
      />
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={4} />}
      {read.data && (
        <>
          <Panel
            title={t('notify.ways')}
            lead={t('notify.ways_lead')}
            actions={<TextLink to="/deliveries">{t('page.deliveries')}</TextLink>}
          >
            <ul className={styles.list}>
              {rowsOf(read.data.value).map((row) => (
                <li key={row.to} className={styles.row}>
                  <span className={styles.icon} aria-hidden>
                    {row.icon}
                  </span>
                  <span className={styles.texts}>
                    <Link to={`/settings/notifications/${row.to}`} className={styles.link}>
                      {row.name}
                    </Link>
                    <Text size={200} className={page.quiet}>
                      {row.what}
                    </Text>
                  </span>
                  <Badge
                    appearance="tint"
                    color={row.state === 'on' ? 'success' : row.state === 'off' ? 'informative' : 'danger'}
                  >
                    {t(`notify.state.${row.state}`)}
                  </Badge>
                </li>
              ))}
            </ul>
          </Panel>
          <Reminder settings={read.data} />
        </>
      )}
    </>
  );
}

function Reminder({ settings }: { settings: Tagged<NotificationSettings> }) {
  const client = useQueryClient();
  const stored = settings.value.reminder_minutes ?? 0;
  const [draft, setDraft] = useState<number | null | undefined>(undefined);
  const minutes = draft === undefined ? stored : draft;
  const save = useMutation({
    mutationFn: () => saveNotifications({ ...settings.value, reminder_minutes: minutes ?? 0 }, settings.tag),
    onSuccess: (now) => {
      client.setQueryData(notificationsQuery.queryKey, now);
      setDraft(undefined);
    },
  });
  return (
    <Panel title={t('notify.reminder')} lead={t('notify.reminder_lead')}>
      <FormGrid>
        <NumberField
          label={t('notify.reminder_minutes')}
          hint={
            minutes && minutes >= 60
              ? t('notify.reminder_hours', { hours: number(Math.round(minutes / 6) / 10) })
              : t('notify.reminder_zero')
          }
          value={minutes}
          onChange={setDraft}
          error={fieldErrors(save.error)('/reminder_minutes')}
        />
      </FormGrid>
      <SaveBar
        dirty={(minutes ?? 0) !== stored}
        save={save}
        onDiscard={() => setDraft(undefined)}
        onReload={() => {
          setDraft(undefined);
          void client.invalidateQueries({ queryKey: notificationsQuery.queryKey });
        }}
      />
    </Panel>
  );
}
