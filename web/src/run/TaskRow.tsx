/* One task of a run: how it stands, and on demand what it touched and what it found. */
import {
  Button,
  Link,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useId, useState } from 'react';
import type { Item, Task } from '../api/schema';
import { duration, time, wholeSeconds } from '../i18n/format';
import { humanise, t, words } from '../i18n/t';
import { Status } from '../ui/Status';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { isBad } from './progress';

const NARROW = '@media (max-width: 640px)';

/* Where the name of a task begins, after the arrow that opens it. */
const INDENT = '31px';

const useStyles = makeStyles({
  root: { borderTop: `1px solid ${tokens.colorNeutralStroke2}`, padding: '4px 0', scrollMarginTop: '80px' },
  /* Name, status and numbers stand in columns; where it is narrow the status stands under the name. */
  head: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) 132px 200px',
    alignItems: 'center',
    columnGap: '8px',
    minHeight: '40px',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr) auto', rowGap: '2px', paddingBlock: '6px' },
  },
  title: { display: 'flex', minWidth: 0, [NARROW]: { gridColumn: '1 / -1' } },
  name: {
    justifyContent: 'flex-start',
    minWidth: 0,
    maxWidth: '100%',
    padding: '4px 8px 4px 4px',
    textAlign: 'start',
    color: tokens.colorNeutralForeground1,
  },
  nameOnly: { paddingInlineStart: INDENT, fontWeight: tokens.fontWeightSemibold },
  status: { display: 'flex', [NARROW]: { paddingInlineStart: INDENT } },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  side: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  body: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '12px',
    paddingBlock: '8px',
    paddingInlineStart: INDENT,
    [NARROW]: { paddingInlineStart: 0 },
  },
  reason: {
    display: 'block',
    paddingInlineStart: INDENT,
    paddingBlockEnd: '6px',
    color: tokens.colorNeutralForeground3,
  },
  items: { display: 'flex', flexDirection: 'column' },
  item: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: '2px 16px',
    padding: '6px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  itemText: { flex: '1 1 200px', minWidth: 0, overflowWrap: 'anywhere' },
  kind: { color: tokens.colorNeutralForeground3 },
  json: {
    margin: 0,
    padding: '12px',
    maxHeight: '320px',
    overflow: 'auto',
    fontSize: tokens.fontSizeBase200,
    fontFamily: tokens.fontFamilyMonospace,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
});

function Waiting({ task }: { task: Task }) {
  const until = task.waiting_until;
  const now = useNow(until !== null);
  const why = task.reason ? ` ${words('code', task.reason)}` : '';
  if (!until) return why.trim() || t('run.waiting');
  const left = Date.parse(until) - now;
  if (left < 500) return t('run.waiting_now') + why;
  return t('run.waiting_until', { time: time(until), left: wholeSeconds(left) }) + why;
}

function Took({ task }: { task: Task }) {
  const running = task.status === 'running';
  const now = useNow(running);
  if (!task.started_at || (!running && !task.ended_at)) return null;
  const began = Date.parse(task.started_at);
  return task.ended_at ? duration(Date.parse(task.ended_at) - began) : wholeSeconds(now - began);
}

function countItems(items: Item[]): string {
  const failed = items.filter(({ status }) => status === 'failed').length;
  return failed
    ? t('run.items_failed', { failed, total: items.length })
    : t('run.items', { count: items.length });
}

const isEmpty = (value: object) => Object.keys(value).length === 0;

export function TaskRow({ task }: { task: Task }) {
  const styles = useStyles();
  const bodyId = useId();
  const bad = isBad(task.status);
  /* What failed opens by itself, until somebody decides otherwise. */
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (bad || window.location.hash === `#${task.id}`);
  const hasEvidence = !isEmpty(task.before) || !isEmpty(task.after);
  const hasBody = task.items.length > 0 || task.error !== null || task.warnings.length > 0 || hasEvidence;
  const reason = task.reason && task.status !== 'waiting' ? words('code', task.reason) : null;

  return (
    <li id={task.id} className={styles.root} data-task={task.id} data-status={task.status}>
      <div className={styles.head}>
        <span className={styles.title}>
          {hasBody ? (
            <Button
              appearance="subtle"
              className={styles.name}
              icon={open ? <ChevronDownRegular /> : <ChevronRightRegular />}
              aria-expanded={open}
              aria-controls={bodyId}
              onClick={() => setChosen(!open)}
            >
              {task.label}
            </Button>
          ) : (
            <Text className={styles.nameOnly}>{task.label}</Text>
          )}
        </span>
        <span className={styles.status}>
          <Status status={task.status} />
        </span>
        <Text size={200} className={styles.side}>
          {task.warnings.length > 0 && (
            <>
              <span className={styles.caution}>{t('run.warnings', { count: task.warnings.length })}</span>
              {' · '}
            </>
          )}
          {task.items.length > 0 && `${countItems(task.items)} · `}
          <Took task={task} />
        </Text>
      </div>
      {task.status === 'waiting' && (
        <Text size={200} className={styles.reason}>
          <Waiting task={task} />
        </Text>
      )}
      {reason && (
        <Text size={200} className={styles.reason}>
          {reason}
        </Text>
      )}
      {hasBody && (
        <div id={bodyId} hidden={!open}>
          {open && <TaskBody task={task} hasEvidence={hasEvidence} />}
        </div>
      )}
    </li>
  );
}

function TaskBody({ task, hasEvidence }: { task: Task; hasEvidence: boolean }) {
  const styles = useStyles();
  const page = usePageStyles();
  const [evidence, setEvidence] = useState(false);
  const { error } = task;
  return (
    <div className={styles.body}>
      {error && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{error.message}</MessageBarTitle>{' '}
            {error.retryable ? t('run.error_retryable') : t('run.error_final')}{' '}
            <Text size={200} font="monospace" className={page.wrap}>
              {[error.code, error.request_id && t('run.error_request', { id: error.request_id })]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </MessageBarBody>
        </MessageBar>
      )}
      {task.warnings.map(({ code, message }) => (
        <MessageBar key={code + message} intent="warning" layout="multiline">
          <MessageBarBody>{message}</MessageBarBody>
        </MessageBar>
      ))}
      {task.attempts > 1 && (
        <Text size={200} className={page.quiet}>
          {t('run.attempts', { count: task.attempts })}
        </Text>
      )}
      {task.items.length > 0 && (
        <ul className={styles.items} aria-label={t('run.items_of', { task: task.label })}>
          {task.items.map((item) => (
            <li key={item.id} className={styles.item} data-status={item.status}>
              <span className={styles.itemText}>
                {item.name || item.id}{' '}
                <Text size={200} className={styles.kind}>
                  {humanise(item.kind)}
                </Text>
                {item.message && (
                  <Text size={200} block className={styles.kind}>
                    {item.message}
                  </Text>
                )}
              </span>
              <Status status={item.status} />
            </li>
          ))}
        </ul>
      )}
      {hasEvidence && (
        <div>
          <Link as="button" type="button" aria-expanded={evidence} onClick={() => setEvidence(!evidence)}>
            {t('run.evidence')}
          </Link>
          {evidence && (
            <div className={page.column}>
              {(['before', 'after'] as const).map(
                (side) =>
                  !isEmpty(task[side]) && (
                    <div key={side}>
                      <Text size={200} weight="semibold">
                        {t(`run.${side}`)}
                      </Text>
                      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
                      <pre className={styles.json} tabIndex={0}>
                        {JSON.stringify(task[side], null, 2)}
                      </pre>
                    </div>
                  ),
              )}
            </div>
          )}
        </div>
      )}
    </div>
  );
}
