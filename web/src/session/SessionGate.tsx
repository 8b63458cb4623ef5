/* Shows the sign-in page until the server knows us. When it forgets us later, a dialog asks again on top of what is
 * on the screen, so that nothing entered is lost. */
import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  Text,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { asProblem } from '../api/problem';
import { meQuery } from '../api/queries';
import type { Me } from '../api/schema';
import { t } from '../i18n/t';
import { restartLive, startLive } from '../live/live';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { SignInForm } from './SignInForm';
import { SignInPage } from './SignInPage';
import { sessionBegan, useSessionEnded } from './session';

const useStyles = makeStyles({
  middle: {
    minHeight: '100dvh',
    display: 'grid',
    placeItems: 'center',
    padding: '16px',
    boxSizing: 'border-box',
  },
  content: { display: 'flex', flexDirection: 'column', rowGap: '16px' },
});

export function SessionGate({ children }: { children: ReactNode }) {
  const styles = useStyles();
  const me = useQuery(meQuery);
  if (me.data) return <Signed me={me.data}>{children}</Signed>;
  if (me.isPending)
    return (
      <div className={styles.middle}>
        <Spinner label={t('app.loading')} delay={300} />
      </div>
    );
  if (asProblem(me.error).status === 401) return <SignInPage />;
  return (
    <main className={styles.middle}>
      <ProblemBar error={me.error} retry={() => void me.refetch()} />
    </main>
  );
}

function Signed({ me, children }: { me: Me; children: ReactNode }) {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  const ended = useSessionEnded();
  useEffect(() => startLive(client), [client]);

  const onSignedIn = (now: Me) => {
    if (now.id !== me.id) {
      /* Somebody else: nothing of the person before may stay on the screen. */
      sessionStorage.clear();
      window.location.reload();
      return;
    }
    client.setQueryData(meQuery.queryKey, now);
    sessionBegan();
    restartLive();
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
  };

  return (
    <>
      {children}
      <Dialog open={ended} modalType="alert">
        <DialogSurface className={page.dialog}>
          <DialogBody>
            <DialogTitle>{t('session.expired')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Text>{t('session.expired_body')}</Text>
              <SignInForm username={me.kind === 'account' ? me.name : ''} onSignedIn={onSignedIn} />
            </DialogContent>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </>
  );
}
