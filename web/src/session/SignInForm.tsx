/* User name and password; used by the sign-in page and by the dialog that appears when a session has ended. */
import { Button, Field, Input, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { signIn } from '../api/client';
import { asProblem } from '../api/problem';
import type { Me } from '../api/schema';
import { t } from '../i18n/t';

const useStyles = makeStyles({ form: { display: 'flex', flexDirection: 'column', rowGap: '16px' } });

interface Props {
  username?: string;
  onSignedIn: (me: Me) => void;
}

export function SignInForm({ username: known = '', onSignedIn }: Props) {
  const styles = useStyles();
  const [username, setUsername] = useState(known);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const nameInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);

  const attempt = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: onSignedIn,
    onError: () => {
      setPassword('');
      passwordInput.current?.focus();
    },
  });
  const problem = attempt.error && asProblem(attempt.error);

  /* In the dialog, whose own choice is the first field, the name is there already. */
  useEffect(() => {
    if (!known) return;
    const timer = setTimeout(() => passwordInput.current?.focus(), 50);
    return () => clearTimeout(timer);
  }, [known]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!username.trim()) nameInput.current?.focus();
    else if (!password) passwordInput.current?.focus();
    else {
      setTried(false);
      attempt.mutate();
    }
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {problem && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            {problem.message} {problem.retryAfter !== null && t('signin.wait', { count: problem.retryAfter })}
          </MessageBarBody>
        </MessageBar>
      )}
      <Field
        label={t('signin.username')}
        validationMessage={tried && !username.trim() ? t('signin.username_missing') : undefined}
      >
        <Input
          ref={nameInput}
          size="large"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={!known}
          value={username}
          onChange={(_, { value }) => setUsername(value)}
        />
      </Field>
      <Field
        label={t('signin.password')}
        validationMessage={tried && !password ? t('signin.password_missing') : undefined}
      >
        <Input
          ref={passwordInput}
          size="large"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(_, { value }) => setPassword(value)}
        />
      </Field>
      <Button type="submit" size="large" appearance="primary" disabledFocusable={attempt.isPending}>
        {attempt.isPending ? t('signin.submitting') : t('signin.submit')}
      </Button>
    </form>
  );
}
