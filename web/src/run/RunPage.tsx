/* One offboarding, live: how far it is, what each task does and found, and the way to stop it. */
import {
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Text,
  tokens,
} from '@fluentui/react-components';
import { SearchInfoRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { batchQuery, offboardingQuery, retryOffboarding } from '../api/offboardings';
import { asProblem } from '../api/problem';
import { catalogQuery } from '../api/queries';
import type { Offboarding, Warning } from '../api/schema';
import { usePage } from '../app/usePage';
import { dateTime, dateTimeIn, duration, wholeSeconds } from '../i18n/format';
import { humanise, t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { Announcer } from '../ui/Announcer';
import { Empty } from '../ui/Empty';
import { Facts } from '../ui/Facts';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { Status } from '../ui/Status';
import { TextLink } from '../ui/TextLink';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { Actions } from './Actions';
import { NewPassword } from './NewPassword';
import {
  byPhase,
  elapsed,
  hasEnded,
  lockoutTook,
  progressColour,
  progressOf,
  progressShare,
  progressWords,
  taskWarnings,
} from './progress';
import { TaskRow } from './TaskRow';
import { Timeline } from './Timeline';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gap: '20px',
    gridTemplateColumns: 'minmax(0, 1fr) 280px',
    alignItems: 'start',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  title: { flex: '1 1 220px', minWidth: 0, overflowWrap: 'anywhere' },
  numbers: { display: 'flex', flexWrap: 'wrap', gap: '8px 32px' },
  number: { display: 'flex', flexDirection: 'column' },
  value: {
    fontSize: tokens.fontSizeBase500,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  list: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
  after: { marginBlockStart: '8px' },
  side: { display: 'flex', flexDirection: 'column', rowGap: '20px', minWidth: 0 },
  phase: { display: 'flex', flexDirection: 'column', rowGap: '4px' },
  phases: { display: 'flex', flexDirection: 'column', rowGap: '24px' },
});

export function RunPage() {
  const page = usePageStyles();
  const { id = '' } = useParams();
  const read = useQuery(offboardingQuery(id));
  if (read.data) return <Run key={id} shown={read.data} />;
  if (read.isPending)
    return (
      <div className={page.page}>
        <Loading rows={6} />
      </div>
    );
  const { status } = asProblem(read.error);
  if (status === 404 || status === 422)
    return (
      <Empty
        page
        icon={<SearchInfoRegular />}
        title={t('run.not_found')}
        body={t('app.not_found_body')}
        action={<TextLink to="/offboardings">{t('app.to_list')}</TextLink>}
      />
    );
  return (
    <div className={page.page}>
      <ProblemBar error={read.error} retry={() => void read.refetch()} />
    </div>
  );
}

function Run({ shown }: { shown: Offboarding }) {
  const styles = useStyles();
  const page = usePageStyles();
  const title = t('run.title', { name: shown.user.display_name });
  const heading = usePage(title);
  const catalog = useQuery(catalogQuery);
  const phaseLabel = (id: string) =>
    catalog.data?.phases.find((phase) => phase.id === id)?.label ?? humanise(id);
  const may = useMay();
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: (task: string) => retryOffboarding(shown.id, task),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['offboardings'] }),
  });
  /* After an undo that failed it is the undo that is tried again, as a whole. */
  const retries = may('operate') && shown.status === 'failed' && !shown.undo;
  const progress = progressOf(shown.tasks);
  const progressText = progressWords(shown.status, progress);

  return (
    <div className={page.page}>
      <div className={page.head}>
        <div className={styles.title}>
          <Text as="h1" size={600} weight="semibold" block ref={heading} tabIndex={-1}>
            {title}
          </Text>
          <Text className={page.quiet}>
            {shown.user.user_principal_name} · {shown.tenant.display_name ?? shown.tenant.id}
          </Text>
        </div>
        <Actions shown={shown} />
      </div>

      <section className={page.panel} aria-label={t('list.progress')}>
        <div className={page.head}>
          <span className={page.row} data-offboarding-status={shown.status}>
            <Status status={shown.status} strong />
          </span>
          <Text>{progressText}</Text>
        </div>
        <ProgressBar
          value={progressShare(progress)}
          color={progressColour(shown.status, progress)}
          thickness="large"
          aria-label={progressText}
        />
        <Numbers shown={shown} />
        {shown.cancel_requested && !hasEnded(shown.status) && (
          <MessageBar intent="info" layout="multiline">
            <MessageBarBody>{t('run.cancel_requested')}</MessageBarBody>
          </MessageBar>
        )}
        <Outcome status={shown.status} />
        <Stopped shown={shown} />
        <Warnings shown={shown} />
      </section>
      <Announcer text={progressText} />

      <div className={styles.columns}>
        <div className={styles.side}>
          {shown.undo && <Undone shown={shown} undo={shown.undo} />}
          <section className={page.panel} aria-labelledby="tasks-title">
            <Text as="h2" size={500} weight="semibold" id="tasks-title">
              {t('run.tasks')}
            </Text>
            {retry.isError && <ProblemBar error={retry.error} />}
            <div className={styles.phases}>
              {byPhase(shown.tasks).map(({ phase, tasks }) => (
                <div key={phase} className={styles.phase}>
                  <Text as="h3" size={300} weight="semibold" className={page.quiet}>
                    {phaseLabel(phase)}
                  </Text>
                  <ul aria-label={phaseLabel(phase)}>
                    {tasks.map((task) => (
                      <TaskRow
                        key={task.id}
                        task={task}
                        retry={retries && task.status === 'failed' ? () => retry.mutate(task.id) : undefined}
                      />
                    ))}
                  </ul>
                </div>
              ))}
            </div>
          </section>
          <Timeline shown={shown} />
        </div>
        <div className={styles.side}>
          <About shown={shown} />
          {may('operate') && keepsPassword(shown) && (
            <NewPassword offboarding={shown.id} task={PASSWORD_TASK} />
          )}
          <KnownBefore warnings={shown.warnings.filter((warning) => !isInTheWay(warning))} />
        </div>
      </div>
    </div>
  );
}

function Numbers({ shown }: { shown: Offboarding }) {
  const styles = useStyles();
  const page = usePageStyles();
  const over = hasEnded(shown.status);
  const now = useNow(!over && shown.started_at !== null);
  const ran = elapsed(shown, now);
  if (ran === null || shown.status === 'needs_attention') return null;
  const locked = lockoutTook(shown);
  const locks = shown.tasks.some(({ phase }) => phase === 'lockout');
  const figures: [string, string][] = [
    over ? [t('run.took'), duration(ran)] : [t('run.elapsed'), wholeSeconds(ran)],
  ];
  if (locks && (locked !== null || !over))
    figures.push([t('run.locked_out'), locked === null ? t('run.not_locked_out') : duration(locked)]);
  return (
    <dl className={styles.numbers}>
      {figures.map(([label, value]) => (
        <div key={label} className={styles.number}>
          <dt className={page.quiet}>{label}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const intents = { succeeded: 'success', failed: 'error', cancelled: 'info' } as const;

function Outcome({ status }: Pick<Offboarding, 'status'>) {
  if (status === 'planned')
    return (
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>{t('run.planned_note')}</MessageBarBody>
      </MessageBar>
    );
  if (!(status in intents)) return null;
  const known = status as keyof typeof intents;
  return (
    <MessageBar intent={intents[known]} layout="multiline">
      <MessageBarBody>{t(`run.result.${known}`)}</MessageBarBody>
    </MessageBar>
  );
}

const isInTheWay = ({ severity, override }: Warning) => severity === 'blocker' && !override;

/* What stands in the way of one that waits for a person. */
function Stopped({ shown: { status, warnings } }: { shown: Offboarding }) {
  const styles = useStyles();
  if (status !== 'needs_attention' && status !== 'awaiting_approval') return null;
  const blockers = warnings.filter(isInTheWay);
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t(`run.stopped.${status}`)}
        <ul className={mergeClasses(styles.list, styles.after)}>
          {blockers.map(({ code, task, message }) => (
            <li key={code + task}>{message}</li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

/* The way back: who asked for it, and what became of each part. */
function Undone({ shown, undo }: { shown: Offboarding; undo: NonNullable<Offboarding['undo']> }) {
  const styles = useStyles();
  const page = usePageStyles();
  const progress = progressOf(undo.tasks);
  return (
    <section className={page.panel} aria-labelledby="undo-title" data-undo-status={undo.status}>
      <div className={page.head}>
        <Text as="h2" size={500} weight="semibold" id="undo-title">
          {t('run.undo_heading')}
        </Text>
        <Status status={undo.status} strong />
      </div>
      <Text className={page.quiet}>
        {t('run.undo_asked', { by: undo.requested_by, at: dateTime(undo.requested_at) })}{' '}
        {progressWords(shown.status, progress)}
      </Text>
      <ul aria-label={t('run.undo_heading')} className={styles.phase}>
        {undo.tasks.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
    </section>
  );
}

/* The task that leaves a password, where it has done so. */
const PASSWORD_TASK = 'reset_password';
const keepsPassword = ({ tasks }: Offboarding) =>
  tasks.some(({ id, status }) => id === PASSWORD_TASK && status === 'succeeded');

/* What is to be known when it is over; while it runs, each task shows its own. */
function Warnings({ shown: { status, tasks } }: { shown: Offboarding }) {
  const styles = useStyles();
  const messages = taskWarnings(tasks);
  const said = status === 'succeeded_with_warnings';
  if (!hasEnded(status) || (messages.length === 0 && !said)) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {said && t('run.result.succeeded_with_warnings')}
        <ul className={mergeClasses(styles.list, said && styles.after)}>
          {messages.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

/* What pre-flight said, and somebody has read. */
function KnownBefore({ warnings }: Pick<Offboarding, 'warnings'>) {
  const styles = useStyles();
  const page = usePageStyles();
  if (warnings.length === 0) return null;
  return (
    <section className={page.panel} aria-labelledby="known-title">
      <Text as="h2" size={500} weight="semibold" id="known-title">
        {t('run.known')}
      </Text>
      <ul className={styles.list}>
        {warnings.map(({ code, message, task }) => (
          <li key={code + task}>{message}</li>
        ))}
      </ul>
    </section>
  );
}

function About({ shown }: { shown: Offboarding }) {
  const styles = useStyles();
  const page = usePageStyles();
  const batch = useQuery(batchQuery(shown.batch));
  const several = (batch.data?.items.length ?? 0) > 1;
  const at = (value: string | null) => (value ? dateTime(value) : '');
  const rows: [string, string][] = [
    [t('run.tenant'), tenantName(shown)],
    [t('run.requested_by'), shown.requested_by],
    [t('run.created'), at(shown.created_at)],
    [t('run.scheduled'), at(shown.scheduled_at)],
    [
      t('when.zone'),
      shown.schedule && shown.scheduled_at
        ? scheduledThere(shown.scheduled_at, shown.schedule.time_zone)
        : '',
    ],
    [t('run.started'), at(shown.started_at)],
    [t('run.ended'), at(shown.ended_at)],
    [t('run.reference'), shown.reference ?? ''],
    [t('run.reason'), shown.reason ?? ''],
  ];
  return (
    <section className={page.panel} aria-labelledby="about-title">
      <Text as="h2" size={500} weight="semibold" id="about-title">
        {t('run.about')}
      </Text>
      <Facts
        facts={rows.filter(([, value]) => value).map(([label, value]) => ({ id: label, label, value }))}
      />
      <div className={styles.phase}>
        {several && <TextLink to={`/offboardings?batch=${shown.batch}`}>{t('run.batch')}</TextLink>}
        <TextLink to="/offboardings/new">{t('run.another')}</TextLink>
      </div>
    </section>
  );
}

/* A tenant that was removed since has only its id. */
const tenantName = ({ tenant: { id, display_name, default_domain } }: Offboarding) =>
  display_name ? `${display_name} (${default_domain ?? id})` : id;

/* A Windows name of a zone is unknown to the browser. */
function scheduledThere(at: string, zone: string): string {
  try {
    return `${zone}: ${dateTimeIn(Date.parse(at), zone)}`;
  } catch {
    return zone;
  }
}
