/* What can be done with those that are ticked; sticks to the lower edge while anything is. */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { OffboardingSummary } from '../api/schema';
import { t } from '../i18n/t';
import { BulkDialog } from './BulkDialog';
import { type BulkAction, fitting } from './bulk';

const useStyles = makeStyles({
  root: {
    position: 'sticky',
    bottom: '16px',
    zIndex: 5,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    padding: '12px 16px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow16,
  },
  said: { flexGrow: 1 },
});

const actions: BulkAction[] = ['retry', 'reschedule', 'cancel'];

export function Bulk({ rows, clear }: { rows: OffboardingSummary[]; clear: () => void }) {
  const styles = useStyles();
  const [asking, setAsking] = useState<BulkAction | null>(null);
  return (
    <section className={styles.root} aria-label={t('bulk.title')}>
      <Text weight="semibold" role="status" className={styles.said}>
        {t('bulk.chosen', { count: rows.length })}
      </Text>
      {actions.map((action) => {
        const { length } = fitting(rows, action);
        return (
          length > 0 && (
            <Button key={action} onClick={() => setAsking(action)}>
              {t(`bulk.${action}`, { count: length })}
            </Button>
          )
        );
      })}
      <Button appearance="subtle" onClick={clear}>
        {t('bulk.clear')}
      </Button>
      {asking && <BulkDialog action={asking} rows={rows} onClose={() => setAsking(null)} onDone={clear} />}
    </section>
  );
}
