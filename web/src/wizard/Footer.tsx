/* Back and forth, always in the same place. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { t } from '../i18n/t';

const useStyles = makeStyles({
  root: {
    position: 'sticky',
    bottom: 0,
    zIndex: 5,
    display: 'flex',
    flexWrap: 'wrap-reverse',
    justifyContent: 'space-between',
    gap: '8px 12px',
    marginInline: '-4px',
    padding: '12px 4px',
    backgroundColor: tokens.colorNeutralBackground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  primary: { marginInlineStart: 'auto', display: 'flex', minWidth: 0 },
});

export function Footer({ back, primary }: { back: (() => void) | null; primary: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      {back && (
        <Button size="large" onClick={back}>
          {t('action.back')}
        </Button>
      )}
      <div className={styles.primary}>{primary}</div>
    </div>
  );
}
