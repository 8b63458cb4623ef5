/* What is wrong with the step, first thing in it; each line leads to its field. */
import { Link, MessageBar, MessageBarBody, MessageBarTitle, makeStyles } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { t } from '../i18n/t';
import { goToField } from './problems';
import type { FieldProblem } from './request';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', rowGap: '4px', marginTop: '4px' },
});

export function ErrorSummary({ problems }: { problems: FieldProblem[] }) {
  const styles = useStyles();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length) bar.current?.focus();
  }, [problems]);
  if (problems.length === 0) return null;
  return (
    <MessageBar ref={bar} tabIndex={-1} intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t('options.problems', { count: problems.length })}</MessageBarTitle>
        <ul className={styles.list}>
          {problems.map(({ path, message, task }) => (
            <li key={path + message}>
              <Link as="button" type="button" onClick={() => goToField(path)}>
                {task ? `${task}: ${message}` : message}
              </Link>
            </li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}
