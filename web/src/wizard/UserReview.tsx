/* One user on the confirmation step: what stops it, what to acknowledge, what is known, and the plan in order. */
import {
  Avatar,
  Badge,
  Button,
  Checkbox,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { ChevronDownRegular, ChevronUpRegular } from '@fluentui/react-icons';
import { memo, useState } from 'react';
import type { Catalog, Preflight, Warning } from '../api/schema';
import { list } from '../i18n/format';
import { t, words } from '../i18n/t';
import { Facts } from '../ui/Facts';
import { factsOf, listed } from '../ui/facts';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { describeChoice } from './describe';
import type { Draft, Person } from './draft';
import { reviewOf, tickOf } from './request';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: '8px 16px',
  },
  person: { display: 'flex', alignItems: 'center', columnGap: '12px', minWidth: 0 },
  block: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
  plan: { display: 'flex', flexDirection: 'column' },
  task: {
    display: 'grid',
    gridTemplateColumns: '28px minmax(0, 1fr) auto',
    alignItems: 'baseline',
    columnGap: '8px',
    padding: '8px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 480px)': { gridTemplateColumns: '28px minmax(0, 1fr)' },
  },
  position: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
  name: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '2px 8px' },
  detail: { display: 'block', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
  expected: { color: tokens.colorNeutralForeground3, '@media (max-width: 480px)': { gridColumn: 2 } },
  unusual: { color: tokens.colorPaletteDarkOrangeForeground1 },
  warning: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    borderRadius: tokens.borderRadiusMedium,
    paddingInlineEnd: '8px',
  },
  text: { color: tokens.colorNeutralForeground1 },
  missed: { outline: `2px solid ${tokens.colorPaletteRedBorder2}` },
  ticks: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
});

interface Props {
  person: Person;
  options: Draft['options'];
  catalog: Catalog;
  /* What was read; undefined until then, or with an error. */
  preflight: Preflight | undefined;
  error: Error | null;
  retry: () => unknown;
  /* Those of this user, one under the other: a text, so that it is the same as long as they are. */
  ticked: string;
  onTick: (ticks: string[], on: boolean) => void;
  showMissed: boolean;
  startOpen: boolean;
  /* Null for the only one. */
  leaveOut: ((user: string) => void) | null;
}

/* Drawn again only when something of this user changes: there may be hundreds of them. */
export const UserReview = memo(function UserReview(props: Props) {
  const { person, options, catalog, preflight, error, retry, ticked, onTick } = props;
  const { showMissed, startOpen, leaveOut } = props;
  const styles = useStyles();
  const page = usePageStyles();
  const [open, setOpen] = useState(startOpen);
  const bodyId = `review-${person.id}`;
  const review = preflight && reviewOf(preflight);
  const ticks = new Set(ticked.split('\n'));

  return (
    <section className={page.panel} aria-label={person.name}>
      <div className={styles.head}>
        <div className={styles.person}>
          <Avatar aria-hidden name={person.name} color="colorful" />
          <div className={page.wrap}>
            <Text as="h3" weight="semibold" block>
              {person.name}
            </Text>
            <Text size={200} className={page.quiet}>
              {person.address}
            </Text>
          </div>
        </div>
        <div className={page.row}>
          {leaveOut && (
            <Button size="small" onClick={() => leaveOut(person.id)}>
              {t('confirm.leave_out', { name: person.name })}
            </Button>
          )}
          {preflight && (
            <Button
              size="small"
              appearance="subtle"
              aria-expanded={open}
              aria-controls={bodyId}
              icon={open ? <ChevronUpRegular /> : <ChevronDownRegular />}
              iconPosition="after"
              onClick={() => setOpen(!open)}
            >
              {t('confirm.details')}
            </Button>
          )}
        </div>
      </div>

      {!preflight && !error && (
        <Spinner size="tiny" labelPosition="after" label={t('confirm.checking', { name: person.name })} />
      )}
      {error && <ProblemBar error={error} retry={() => void retry()} />}
      {review && review.blockers.length > 0 && (
        <Messages intent="error" title={t('confirm.blockers')} warnings={review.blockers} />
      )}
      {preflight && preflight.conflicts.length > 0 && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('confirm.conflicts')}</MessageBarTitle>{' '}
            {preflight.conflicts.map(({ message }) => message).join(' ')}
          </MessageBarBody>
        </MessageBar>
      )}
      {review && review.toAcknowledge.length > 0 && (
        <fieldset className={styles.block} aria-labelledby={`${bodyId}-warnings`}>
          <Text as="h4" weight="semibold" id={`${bodyId}-warnings`}>
            {t('confirm.warnings')}
          </Text>
          <div className={styles.ticks}>
            {review.toAcknowledge.map((warning) => {
              const tick = tickOf(person.id, warning);
              const ticked = ticks.has(tick);
              return (
                <div
                  key={tick}
                  data-tick={tick}
                  className={mergeClasses(styles.warning, showMissed && !ticked && styles.missed)}
                >
                  <Checkbox
                    checked={ticked}
                    label={{
                      className: styles.text,
                      children: warning.message,
                    }}
                    onChange={(_, { checked }) => onTick([tick], checked === true)}
                  />
                </div>
              );
            })}
          </div>
        </fieldset>
      )}
      {review && review.notes.length > 0 && (
        <Messages intent="info" title={t('confirm.notes')} warnings={review.notes} />
      )}
      {preflight && (
        <div id={bodyId} hidden={!open}>
          {open && <FactsAndPlan preflight={preflight} options={options} catalog={catalog} />}
        </div>
      )}
    </section>
  );
});

function Messages({
  intent,
  title,
  warnings,
}: {
  intent: 'error' | 'info';
  title: string;
  warnings: Warning[];
}) {
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle> {warnings.map(({ message }) => message).join(' ')}
      </MessageBarBody>
    </MessageBar>
  );
}

const surprising = new Set(['skipped', 'waiting', 'failed']);

function FactsAndPlan({
  preflight,
  options,
  catalog,
}: {
  preflight: Preflight;
  options: Draft['options'];
  catalog: Catalog;
}) {
  const styles = useStyles();
  const page = usePageStyles();
  const tasks = new Map(catalog.tasks.map((task) => [task.id, task]));
  const labels = (ids: string[]) => list(ids.map((id) => tasks.get(id)?.label ?? id));
  return (
    <div className={page.column}>
      <div className={styles.block}>
        <Text as="h4" weight="semibold">
          {t('confirm.facts')}
        </Text>
        <Facts facts={factsOf(preflight.facts)} empty={t('confirm.no_facts')} />
      </div>
      <div className={styles.block}>
        <Text as="h4" weight="semibold">
          {t('confirm.plan')}
        </Text>
        <ol className={styles.plan}>
          {preflight.plan.map((planned, at) => {
            const task = tasks.get(planned.task);
            const details = task ? describeChoice(task, options[planned.task]) : [];
            return (
              <li key={planned.task} className={styles.task}>
                <span className={styles.position} aria-hidden>
                  {at + 1}
                </span>
                <span>
                  <span className={styles.name}>
                    <Text weight="semibold">{planned.label}</Text>
                    {task?.destructive && (
                      <Badge appearance="tint" color="danger" size="small">
                        {t('confirm.irreversible')}
                      </Badge>
                    )}
                  </span>
                  {details.map((line) => (
                    <Text key={line} size={200} className={styles.detail}>
                      {line}
                    </Text>
                  ))}
                  {planned.items && planned.items.length > 0 && (
                    <Text size={200} className={styles.detail}>
                      {listed(planned.items.map(({ id, name }) => name || id))}
                    </Text>
                  )}
                  {planned.after.length > 0 && (
                    <Text size={200} className={styles.detail}>
                      {t('confirm.after', { tasks: labels(planned.after) })}
                    </Text>
                  )}
                </span>
                <Text
                  size={200}
                  className={mergeClasses(
                    styles.expected,
                    surprising.has(planned.expected) && styles.unusual,
                  )}
                >
                  {t(`confirm.expected.${planned.expected}`)}
                  {planned.reason && `: ${words('code', planned.reason)}`}
                </Text>
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}
