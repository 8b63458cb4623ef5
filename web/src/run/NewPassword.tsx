/* The way to the new password: links that show it once or a few times. The password itself never comes here. */
import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import { KeyRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createSecretLink, revokeSecretLink, secretLinksQuery } from '../api/offboardings';
import type { NewSecretLink, SecretLink } from '../api/schema';
import { dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { CopyButton } from '../ui/CopyButton';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';

const useStyles = makeStyles({
  fields: { display: 'grid', gap: '12px', gridTemplateColumns: '1fr 1fr' },
  narrow: { minWidth: 0 },
  made: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
  take: { flexShrink: 0, whiteSpace: 'nowrap' },
  links: { display: 'flex', flexDirection: 'column' },
  link: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '8px',
    padding: '8px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

const DAYS = [1, 3, 7, 14, 30];
const VIEWS = [1, 2, 3, 5, 10];

export function NewPassword({ offboarding, task }: { offboarding: string; task: string }) {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  const links = useQuery(secretLinksQuery(offboarding, task));
  const [days, setDays] = useState(7);
  const [views, setViews] = useState(1);
  const refresh = () =>
    void client.invalidateQueries({ queryKey: secretLinksQuery(offboarding, task).queryKey });
  const making = useMutation({
    mutationFn: () => createSecretLink(offboarding, task, days, views),
    onSuccess: refresh,
    gcTime: 0,
  });

  return (
    <section className={page.panel} aria-labelledby="password-title">
      <Text as="h2" size={500} weight="semibold" id="password-title">
        {t('run.password')}
      </Text>
      <Text className={page.quiet}>{t('run.password_body')}</Text>
      <div className={styles.fields}>
        <Field label={t('run.password_days')} className={styles.narrow}>
          <Select
            className={styles.narrow}
            select={{ className: styles.narrow }}
            value={days}
            onChange={(_, { value }) => setDays(Number(value))}
          >
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {t('run.days', { count })}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('run.password_views')} className={styles.narrow}>
          <Select
            className={styles.narrow}
            select={{ className: styles.narrow }}
            value={views}
            onChange={(_, { value }) => setViews(Number(value))}
          >
            {VIEWS.map((count) => (
              <option key={count} value={count}>
                {t('run.times', { count })}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <Button icon={<KeyRegular />} disabledFocusable={making.isPending} onClick={() => making.mutate()}>
        {t('run.password_make')}
      </Button>
      {making.isError && <ProblemBar error={making.error} />}
      {making.data && <Made link={making.data} />}
      {links.data && (
        <Links offboarding={offboarding} task={task} links={links.data.items} refresh={refresh} />
      )}
    </section>
  );
}

function Made({ link }: { link: NewSecretLink }) {
  const styles = useStyles();
  return (
    <div className={styles.made}>
      <Field label={t('run.password_link')}>
        <Input readOnly value={link.url} onFocus={(event) => event.target.select()} />
      </Field>
      <div>
        <CopyButton text={link.url} />
      </div>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t('run.password_once')}</MessageBarBody>
      </MessageBar>
    </div>
  );
}

interface LinksProps {
  offboarding: string;
  task: string;
  links: SecretLink[];
  refresh: () => void;
}

/* Another host counts the views of its links by itself. */
function stateOf({ revoked_at, expires_at, views_left, host }: SecretLink): string | null {
  if (revoked_at) return t('run.password_revoked');
  if (Date.parse(expires_at) < Date.now()) return t('run.password_expired');
  return host === 'lastday' && views_left === 0 ? t('run.password_used') : null;
}

function Links({ offboarding, task, links, refresh }: LinksProps) {
  const styles = useStyles();
  const page = usePageStyles();
  const revoking = useMutation({
    mutationFn: (link: string) => revokeSecretLink(offboarding, task, link),
    onSuccess: refresh,
  });
  if (links.length === 0) return null;
  return (
    <div>
      <ul className={styles.links} aria-label={t('run.password_links')}>
        {links.map((link) => {
          const over = stateOf(link);
          return (
            <li key={link.id} className={styles.link}>
              <Text size={200} className={page.wrap}>
                {t('run.password_made', { by: link.created_by, at: dateTime(link.created_at) })}
                <br />
                {over ??
                  (link.host === 'lastday'
                    ? t('run.password_left', { count: link.views_left, at: dateTime(link.expires_at) })
                    : t('run.password_until', { at: dateTime(link.expires_at) }))}
              </Text>
              {!over && (
                <Button size="small" className={styles.take} onClick={() => revoking.mutate(link.id)}>
                  {t('run.password_revoke')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {revoking.isError && <ProblemBar error={revoking.error} />}
    </div>
  );
}
