/* One delivery: every attempt with what was sent and what came back, and sending it once more. */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ArrowRepeatAllRegular, MailDismissRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { asProblem } from '../api/problem';
import type { DeliveryAttempt, DeliveryDetails } from '../api/schema';
import { dateTime, duration } from '../i18n/format';
import { t, words } from '../i18n/t';
import { useMay } from '../session/useMay';
import { Disclosure } from '../ui/Disclosure';
import { Empty } from '../ui/Empty';
import { Facts } from '../ui/Facts';
import { Json } from '../ui/Json';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { TextLink } from '../ui/TextLink';
import { usePageStyles } from '../ui/usePageStyles';
import { DeliveryState } from './DeliveryState';
import { deliveryQuery, redeliver } from './queries';
import { endpointName } from './words';

const useStyles = makeStyles({
  attempt: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '4px',
    paddingBlock: '12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  line: { display: 'flex', flexWrap: 'wrap', gap: '4px 16px', alignItems: 'baseline' },
  wrong: { color: tokens.colorPaletteRedForeground1, overflowWrap: 'anywhere' },
});

const back = { to: '/deliveries', label: t('page.deliveries') };

function factsOf(one: DeliveryDetails) {
  const rows: [string, string, string | null][] = [
    ['user', t('list.user'), one.user],
    ['to', t('delivery.endpoint'), endpointName(one)],
    ['channel', t('delivery.channel'), t(`delivery.channel.${one.channel}`)],
    ['created', t('delivery.created'), dateTime(one.created_at)],
    ['ended', t('delivery.ended'), one.ended_at && dateTime(one.ended_at)],
    ['next', t('delivery.next'), one.next_attempt_at && dateTime(one.next_attempt_at)],
    ['reason', t('delivery.why'), one.reason && words('delivery.reason', one.reason)],
    ['message', t('delivery.message_id'), one.message_id],
  ];
  return rows.flatMap(([id, label, value]) => (value ? [{ id, label, value }] : []));
}

export function DeliveryPage() {
  const { delivery = '' } = useParams();
  const page = usePageStyles();
  const client = useQueryClient();
  const may = useMay();
  const query = deliveryQuery(delivery);
  const read = useQuery(query);
  const again = useMutation({
    mutationFn: () => redeliver(delivery),
    onSuccess: (now) => {
      client.setQueryData(query.queryKey, now);
      void client.invalidateQueries({ queryKey: ['deliveries', 'list'] });
    },
  });
  if (read.isError && asProblem(read.error).status === 404)
    return (
      <Empty
        page
        icon={<MailDismissRegular />}
        title={t('delivery.not_found')}
        action={<TextLink to={back.to}>{t('delivery.to_all')}</TextLink>}
      />
    );
  const one = read.data;
  return (
    <div className={page.page}>
      <PageHead
        title={one ? t(`event.${one.event}`) : t('delivery.one')}
        back={back}
        lead={one && <DeliveryState status={one.status} />}
        actions={
          one &&
          may('operate') && (
            <Button
              icon={<ArrowRepeatAllRegular />}
              disabledFocusable={again.isPending || one.status === 'pending'}
              onClick={() => again.mutate()}
            >
              {t('delivery.again')}
            </Button>
          )
        }
      />
      {again.isError && <ProblemBar error={again.error} />}
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={5} />}
      {one && (
        <>
          <Panel title={t('delivery.about')}>
            <Facts facts={factsOf(one)} />
            {one.offboarding && (
              <Text>
                <TextLink to={`/offboardings/${one.offboarding}`}>{t('delivery.to_offboarding')}</TextLink>
              </Text>
            )}
          </Panel>
          <Panel
            title={t('delivery.attempts')}
            lead={one.attempts_made.length === 0 && t('delivery.no_attempt')}
          >
            <ol>
              {[...one.attempts_made].reverse().map((attempt) => (
                <Attempt key={attempt.number} attempt={attempt} />
              ))}
            </ol>
          </Panel>
        </>
      )}
    </div>
  );
}

function Attempt({ attempt }: { attempt: DeliveryAttempt }) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    <li className={styles.attempt}>
      <div className={styles.line}>
        <Text weight="semibold">{t('delivery.attempt', { number: attempt.number })}</Text>
        <Text>{dateTime(attempt.at)}</Text>
        <Text className={page.quiet}>
          {attempt.status === null
            ? t('delivery.no_answer')
            : t('delivery.answer', { status: String(attempt.status) })}
          {' · '}
          {duration(attempt.ms)}
        </Text>
      </div>
      {attempt.error && <Text className={styles.wrong}>{attempt.error.message}</Text>}
      <Disclosure label={t('delivery.request')}>
        <Json value={attempt.request} label={t('delivery.request')} />
      </Disclosure>
      {attempt.response && (
        <Disclosure label={t('delivery.response')}>
          <Json value={attempt.response} label={t('delivery.response')} />
        </Disclosure>
      )}
    </li>
  );
}
