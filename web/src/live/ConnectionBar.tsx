/* Says when what is shown may be out of date. Waits a moment first: most interruptions are over before they matter. */
import { MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { t } from '../i18n/t';
import { usePageStyles } from '../ui/usePageStyles';
import { useStreamState } from './live';

const PATIENCE_MS = 2000;

/* Its words begin where those of the page do. */
const useStyles = makeStyles({
  bar: {
    paddingInline: 'max(24px, calc(50% - 536px))',
    '@media (max-width: 640px)': { paddingInline: '16px' },
  },
});

export function ConnectionBar() {
  const styles = useStyles();
  const page = usePageStyles();
  const state = useStreamState();
  const [online, setOnline] = useState(navigator.onLine);
  const [lost, setLost] = useState(false);
  const [back, setBack] = useState(false);

  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);

  useEffect(() => {
    if (state !== 'lost') return;
    const timer = setTimeout(() => setLost(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);

  useEffect(() => {
    if (!lost || state === 'lost') return;
    setLost(false);
    setBack(state === 'live');
  }, [lost, state]);

  return (
    <div role="status">
      {(lost || !online) && (
        <MessageBar intent="warning" shape="square" role="none" className={styles.bar}>
          <MessageBarBody>{online ? t('live.reconnecting') : t('live.offline')}</MessageBarBody>
        </MessageBar>
      )}
      {/* A bar that goes says nothing to those who do not see it. */}
      {back && !lost && <span className={page.hidden}>{t('live.back')}</span>}
    </div>
  );
}
