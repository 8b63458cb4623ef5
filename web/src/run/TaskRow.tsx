/* One task of a run: how it stands, and on demand what it touched and what it found. */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useId, useState } from 'react';
import type { Item, Task } from '../api/schema';
import { duration, time, wholeSeconds } from '../i18n/format';
import { t, words } from '../i18n/t';
import { Status } from '../ui/Status';
import { useNow } from '../ui/useNow';
import { isBad } from './progress';
import { hasEvidenceOf, TaskBody } from './TaskBody';

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
  reason: {
    display: 'block',
    paddingInlineStart: INDENT,
    paddingBlockEnd: '6px',
    color: tokens.colorNeutralForeground3,
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

interface Props {
  task: Task;
  /* Tries this task again, where that is possible. */
  retry?: (() => void) | undefined;
}

export function TaskRow({ task, retry }: Props) {
  const styles = useStyles();
  const bodyId = useId();
  const bad = isBad(task.status);
  const id = task.direction === 'undo' ? `undo-${task.id}` : task.id;
  /* What failed opens by itself, until somebody decides otherwise. */
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (bad || window.location.hash === `#${id}`);
  const hasEvidence = hasEvidenceOf(task);
  const hasBody =
    task.items.length > 0 || task.error !== null || task.warnings.length > 0 || hasEvidence || Boolean(retry);
  const reason = task.reason && task.status !== 'waiting' ? words('code', task.reason) : null;

  return (
    <li id={id} className={styles.root} data-task={id} data-status={task.status}>
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
          {open && <TaskBody task={task} retry={retry} />}
        </div>
      )}
    </li>
  );
}
