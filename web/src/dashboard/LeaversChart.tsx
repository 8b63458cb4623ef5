/* Leavers by day, as bars; those that failed stand out by colour, pattern and number. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { Stats } from '../api/schema';
import { day, number } from '../i18n/format';
import { t } from '../i18n/t';
import { DataTable } from '../ui/DataTable';
import { Disclosure } from '../ui/Disclosure';
import { usePageStyles } from '../ui/usePageStyles';
import { axisOf, labelled } from './scale';

type Day = Stats['leavers']['days'][number];

const HEIGHT = 180;

const useStyles = makeStyles({
  chart: { display: 'grid', gridTemplateColumns: 'auto minmax(0, 1fr)', columnGap: '8px' },
  /* Beside the lines, from the top down. */
  scale: {
    display: 'flex',
    flexDirection: 'column',
    justifyContent: 'space-between',
    /* Half a line above the topmost line and below the lowest. */
    height: `${HEIGHT + 16}px`,
    marginBlock: '-8px',
    textAlign: 'end',
    fontVariantNumeric: 'tabular-nums',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: '16px',
  },
  plot: { display: 'block', width: '100%', height: `${HEIGHT}px`, overflow: 'visible' },
  line: { stroke: tokens.colorNeutralStroke2, strokeWidth: '1px' },
  good: {
    fill: tokens.colorCompoundBrandBackground,
    '@media (forced-colors: active)': { fill: 'CanvasText' },
  },
  bad: {
    fill: tokens.colorPaletteRedForeground1,
    '@media (forced-colors: active)': { fill: 'Highlight' },
  },
  days: {
    gridColumn: '2',
    display: 'flex',
    justifyContent: 'space-between',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'nowrap',
  },
  legend: { display: 'flex', flexWrap: 'wrap', columnGap: '16px' },
  entry: { display: 'inline-flex', alignItems: 'center', columnGap: '6px' },
  swatch: { width: '12px', height: '12px', borderRadius: '3px' },
});

export function LeaversChart({ days }: { days: Day[] }) {
  const styles = useStyles();
  const page = usePageStyles();
  const { top, lines } = axisOf(Math.max(...days.map(({ leavers }) => leavers), 0));
  const total = days.reduce((sum, { leavers }) => sum + leavers, 0);
  const failed = days.reduce((sum, one) => sum + one.failed, 0);
  const y = (value: number) => HEIGHT - (value / top) * HEIGHT;
  return (
    <div className={page.column}>
      <div className={styles.chart}>
        <div className={styles.scale} aria-hidden>
          {[...lines].reverse().map((line) => (
            <span key={line}>{number(line)}</span>
          ))}
        </div>
        <svg
          className={styles.plot}
          viewBox={`0 0 ${days.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t('dash.chart_label', { count: total, failed: number(failed) })}
        >
          {lines.map((line) => (
            <line
              key={line}
              x1={0}
              x2={days.length}
              y1={y(line)}
              y2={y(line)}
              className={styles.line}
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {days.map(({ date, leavers, failed: bad }, at) => (
            <g key={date}>
              <title>{t('dash.chart_day', { date: day(date), leavers, failed: bad })}</title>
              {/* The whole column answers to the pointer, not the bar alone. */}
              <rect x={at} y={0} width={1} height={HEIGHT} fill="transparent" />
              <rect
                x={at + 0.15}
                width={0.7}
                y={y(leavers)}
                height={y(bad) - y(leavers)}
                className={styles.good}
              />
              <rect x={at + 0.15} width={0.7} y={y(bad)} height={HEIGHT - y(bad)} className={styles.bad} />
            </g>
          ))}
        </svg>
        <div className={styles.days} aria-hidden>
          {labelled(days.length, 4).map((at) => (
            <span key={at}>{day(days[at]?.date ?? '')}</span>
          ))}
        </div>
      </div>
      <div className={styles.legend}>
        <span className={styles.entry}>
          <svg className={styles.swatch} aria-hidden="true">
            <rect width="12" height="12" className={styles.good} />
          </svg>
          <Text size={200}>{t('dash.good', { count: total - failed })}</Text>
        </span>
        <span className={styles.entry}>
          <svg className={styles.swatch} aria-hidden="true">
            <rect width="12" height="12" className={styles.bad} />
          </svg>
          <Text size={200}>{t('dash.failed', { count: failed })}</Text>
        </span>
      </div>
      <Disclosure label={t('dash.as_table')}>
        <DataTable
          label={t('dash.per_day')}
          idOf={({ date }) => date}
          rows={days.filter(({ leavers }) => leavers > 0).reverse()}
          columns={[
            { id: 'date', label: t('dash.date'), cell: ({ date }) => day(date) },
            { id: 'leavers', label: t('dash.leavers'), end: true, cell: ({ leavers }) => number(leavers) },
            { id: 'failed', label: t('dash.failed_column'), end: true, cell: (one) => number(one.failed) },
          ]}
        />
      </Disclosure>
    </div>
  );
}
