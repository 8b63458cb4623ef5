/* What went wrong, in the server's words, and a way to try again. */
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Text,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { t } from '../i18n/t';
import { named } from './fieldErrors';

interface Props {
  error: unknown;
  title?: string;
  retry?: () => void;
  children?: ReactNode;
}

export function ProblemBar({ error, title = t('problem.title'), retry, children }: Props) {
  const problem = asProblem(error);
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle> {problem.summary}
        {problem.requestId && problem.errors.length === 0 && (
          <>
            {' '}
            <Text size={200} font="monospace">
              {t('problem.request', { id: problem.requestId })}
            </Text>
          </>
        )}
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((one) => (
              <li key={`${one.pointer} ${one.message}`}>{named(one)}</li>
            ))}
          </ul>
        )}
        {children}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button size="small" onClick={retry}>
            {t('action.retry')}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
