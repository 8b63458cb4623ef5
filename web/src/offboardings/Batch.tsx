/* Those of one request as one: how far they are, how fast accounts were locked, and what can be done with all. */
import { Button, makeStyles, ProgressBar, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { OffboardingSummary } from '../api/schema';
import { duration } from '../i18n/format';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { Announcer } from '../ui/Announcer';
import { usePageStyles } from '../ui/usePageStyles';
import { BulkDialog } from './BulkDialog';
import { together } from './batch';
import { type BulkAction, fitting } from './bulk';

const useStyles = makeStyles({
  figures: { display: 'flex', flexWrap: 'wrap', gap: '8px 32px' },
  label: { color: tokens.colorNeutralForeground3 },
  value: {
    fontSize: tokens.fontSizeBase500,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

export function Batch({ rows, showAll }: { rows: OffboardingSummary[]; showAll: () => void }) {
  const styles = useStyles();
  const page = usePageStyles();
  const may = useMay();
  const [asking, setAsking] = useState<BulkAction | null>(null);
  const all = together(rows);
  const said = t('list.batch_progress', { ended: all.ended, count: all.count });
  const failed = fitting(rows, 'retry');
  const open = fitting(rows, 'cancel');
  const figures: [string, string | number][] = [
    [t('list.batch_ended'), `${all.ended} / ${all.count}`],
    [t('list.batch_failed'), all.failed],
    [t('list.batch_attention'), all.attention],
  ];
  if (all.lockout) {
    figures.push([t('list.batch_lockout'), duration(all.lockout.median)]);
    figures.push([t('list.batch_slowest'), duration(all.lockout.slowest)]);
  }
  return (
    <section className={page.panel} aria-label={t('list.batch', { count: all.count })}>
      <div className={page.head}>
        <Text weight="semibold">{t('list.batch', { count: all.count })}</Text>
        <div className={styles.actions}>
          {may('operate') && failed.length > 0 && (
            <Button size="small" appearance="primary" onClick={() => setAsking('retry')}>
              {t('bulk.retry', { count: failed.length })}
            </Button>
          )}
          {may('operate') && open.length > 0 && (
            <Button size="small" onClick={() => setAsking('cancel')}>
              {t('bulk.cancel', { count: open.length })}
            </Button>
          )}
          <Button size="small" onClick={showAll}>
            {t('list.batch_all')}
          </Button>
        </div>
      </div>
      <ProgressBar
        value={all.tasks.total ? all.tasks.ended / all.tasks.total : 0}
        color={all.failed ? 'error' : all.ended === all.count ? 'success' : 'brand'}
        thickness="large"
        aria-label={said}
      />
      <dl className={styles.figures}>
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt className={styles.label}>{label}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
      <Announcer text={said} />
      {asking && <BulkDialog action={asking} rows={rows} onClose={() => setAsking(null)} />}
    </section>
  );
}
