/* What is wrong with the step, first thing in it; each line leads to its field. */
import { Link, MessageBar, MessageBarBody, MessageBarTitle, makeStyles } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { get, useFormContext } from 'react-hook-form';
import { t } from '../i18n/t';
import type { Draft } from './draft';
import { errorName, goToField } from './problems';
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
  /* What has been put right meanwhile goes from the list. */
  const { formState } = useFormContext<Draft>();
  const { errors } = formState; // read here, so that the form tells of errors before any field asks for them
  const open = problems.filter(({ path }) => get(errors, errorName(path)));
  if (open.length === 0) return null;
  return (
    <MessageBar ref={bar} tabIndex={-1} intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t('options.problems', { count: open.length })}</MessageBarTitle>
        <ul className={styles.list}>
          {open.map(({ path, message, task }) => (
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
