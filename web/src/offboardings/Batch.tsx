/* Those of one request as one: how far they are, how fast accounts were locked, and what can be done with all. */
import { Button, makeStyles, ProgressBar, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { anything, stopOffboardings, useOffboardingsChanged } from '../api/offboardings';
import { duration } from '../i18n/format';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { Announcer } from '../ui/Announcer';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { usePageStyles } from '../ui/usePageStyles';
import { Approval } from './Approval';
import { BulkDialog } from './BulkDialog';
import { together } from './batch';
import { fitting } from './bulk';
import { useRows } from './useRows';

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

export function Batch({ id, showAll }: { id: string; showAll: () => void }) {
  const styles = useStyles();
  const page = usePageStyles();
  const may = useMay();
  const changed = useOffboardingsChanged();
  const [asking, setAsking] = useState<'retry' | 'stop' | null>(null);
  const close = () => setAsking(null);
  /* The whole of it, whatever the list below is narrowed down to. */
  const { read, rows } = useRows({ ...anything, batch: id });
  const all = together(rows);
  const said = t('list.batch_progress', { ended: all.ended, count: all.count });
  const failed = fitting(rows, 'retry');
  const open = fitting(rows, 'cancel');
  const figures: [string, string | number][] = [
    [t('list.batch_ended'), `${all.ended} / ${all.count}`],
    [t('list.batch_failed'), all.failed],
    [t('list.batch_attention'), all.attention],
  ];
  if (rows.length === 0) return null;
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
            <Button size="small" onClick={() => setAsking('stop')}>
              {t('list.batch_stop')}
            </Button>
          )}
          <Button size="small" onClick={showAll}>
            {t('list.batch_all')}
          </Button>
        </div>
      </div>
      {!read.hasNextPage && <Approval batch={id} rows={rows} />}
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
      {asking === 'retry' && <BulkDialog action="retry" rows={rows} onClose={close} />}
      {asking === 'stop' && (
        <ConfirmDialog
          title={t('list.batch_stop_title', { count: open.length })}
          body={t('bulk.cancel_body')}
          confirm={t('list.batch_stop_confirm', { count: open.length })}
          keep={t('list.batch_stop_keep')}
          action={() => stopOffboardings({ batch: id })}
          onDone={changed}
          onClose={close}
        />
      )}
    </section>
  );
}
