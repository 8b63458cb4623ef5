/* Signing in with the identity provider, where there is one, and what it said when that did not work. */
import { Divider, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { t, words } from '../i18n/t';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '16px' },
  link: {
    display: 'block',
    padding: '9px 16px',
    textAlign: 'center',
    textDecoration: 'none',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
});

/* Without an answer there is the form for local accounts, whose own try says what is wrong. */
const methodsQuery = queryOptions({
  queryKey: ['auth', 'methods'],
  queryFn: async ({ signal }) => (await api.GET('/api/v1/auth/methods', { signal })).data ?? null,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/* Said once: the address is cleared of it, so that neither a reload nor the way back says it again. */
function takeError(): string | null {
  const address = new URL(window.location.href);
  const code = address.searchParams.get('sign_in_error');
  if (code === null) return null;
  address.searchParams.delete('sign_in_error');
  window.history.replaceState(window.history.state, '', address);
  return code;
}

const errorOfThisVisit = takeError();

export function Provider() {
  const styles = useStyles();
  const [error] = useState(errorOfThisVisit);
  const { data: methods } = useQuery(methodsQuery);
  const start = methods?.oidc?.start;
  if (!start && !error) return null;
  const { pathname, search } = window.location;
  return (
    <div className={styles.root}>
      {error && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>{words('signin.error', error)}</MessageBarBody>
        </MessageBar>
      )}
      {start && (
        <>
          <a className={styles.link} href={`${start}?return_to=${encodeURIComponent(pathname + search)}`}>
            {t('signin.provider')}
          </a>
          {methods.password && <Divider>{t('signin.or')}</Divider>}
        </>
      )}
    </div>
  );
}
