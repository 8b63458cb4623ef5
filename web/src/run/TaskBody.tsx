/* What one task touched, met and found, on demand. */
import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import type { Task } from '../api/schema';
import { humanise, t } from '../i18n/t';
import { Status } from '../ui/Status';
import { usePageStyles } from '../ui/usePageStyles';
import { changesOf } from './evidence';

const NARROW = '@media (max-width: 640px)';

const useStyles = makeStyles({
  body: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '12px',
    paddingBlock: '8px',
    paddingInlineStart: '31px',
    [NARROW]: { paddingInlineStart: 0 },
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
  /* Field, before, after; where it is narrow the field stands above its two values. */
  changes: {
    width: '100%',
    borderCollapse: 'collapse',
    tableLayout: 'fixed',
    fontSize: tokens.fontSizeBase200,
  },
  head: {
    padding: '4px 8px 4px 0',
    textAlign: 'start',
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
  },
  cell: {
    padding: '4px 8px 4px 0',
    verticalAlign: 'top',
    textAlign: 'start',
    overflowWrap: 'anywhere',
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    fontWeight: tokens.fontWeightRegular,
  },
  same: { color: tokens.colorNeutralForeground3 },
  changed: { fontWeight: tokens.fontWeightSemibold },
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

const isEmpty = (value: object) => Object.keys(value).length === 0;

export const hasEvidenceOf = ({ before, after }: Task) => !isEmpty(before) || !isEmpty(after);

export function TaskBody({ task, retry }: { task: Task; retry?: (() => void) | undefined }) {
  const styles = useStyles();
  const page = usePageStyles();
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
          {retry && (
            <MessageBarActions>
              <Button size="small" aria-label={t('run.retry_task_of', { task: task.label })} onClick={retry}>
                {t('run.retry_task')}
              </Button>
            </MessageBarActions>
          )}
        </MessageBar>
      )}
      {task.warnings.map(({ code, message, command }) => (
        <MessageBar key={code + message} intent="warning" layout="multiline">
          <MessageBarBody>
            {message}
            {command && <pre className={styles.json}>{command}</pre>}
          </MessageBarBody>
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
      {hasEvidenceOf(task) && <Evidence task={task} />}
    </div>
  );
}

/* Before beside after; the raw answers of Microsoft on demand. */
function Evidence({ task }: { task: Task }) {
  const styles = useStyles();
  const page = usePageStyles();
  const [raw, setRaw] = useState(false);
  return (
    <div className={page.column}>
      <table className={styles.changes} aria-label={t('run.evidence_of', { task: task.label })}>
        <thead>
          <tr>
            <th scope="col" className={styles.head}>
              {t('run.evidence')}
            </th>
            <th scope="col" className={styles.head}>
              {t('run.before')}
            </th>
            <th scope="col" className={styles.head}>
              {t('run.after')}
            </th>
          </tr>
        </thead>
        <tbody>
          {changesOf(task.before, task.after).map(({ field, label, before, after, changed }) => (
            <tr key={field} className={changed ? undefined : styles.same}>
              <th scope="row" className={styles.cell}>
                {label}
              </th>
              <td className={styles.cell}>{before}</td>
              <td className={mergeClasses(styles.cell, changed && styles.changed)}>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div>
        <Link as="button" type="button" aria-expanded={raw} onClick={() => setRaw(!raw)}>
          {t('run.evidence_raw')}
        </Link>
      </div>
      {raw && (
        /* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */
        <pre className={styles.json} tabIndex={0}>
          {JSON.stringify({ before: task.before, after: task.after }, null, 2)}
        </pre>
      )}
    </div>
  );
}
