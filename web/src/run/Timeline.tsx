/* What ran when, and what at once: a bar for each task. The list of tasks says the same in words. */
import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { Offboarding, TaskStatus } from '../api/schema';
import { t, words } from '../i18n/t';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { hasEnded } from './progress';
import { timelineOf } from './timeline';

const NARROW = '@media (max-width: 640px)';
const COLUMNS = 'minmax(0, 220px) minmax(0, 1fr) 64px';

const useStyles = makeStyles({
  figure: { margin: 0, display: 'flex', flexDirection: 'column', rowGap: '2px' },
  row: {
    display: 'grid',
    gridTemplateColumns: COLUMNS,
    columnGap: '12px',
    alignItems: 'center',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr) auto' },
  },
  label: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  took: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  picture: {
    display: 'block',
    width: '100%',
    height: '22px',
    overflow: 'visible',
    [NARROW]: { gridColumn: '1 / -1', gridRow: 2, height: '14px', marginBlockEnd: '6px' },
  },
  axis: {
    display: 'block',
    width: '100%',
    height: '18px',
    overflow: 'visible',
    [NARROW]: { gridColumn: '1 / -1' },
  },
  axisRow: { [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  corner: { [NARROW]: { display: 'none' } },
  grid: { stroke: tokens.colorNeutralStroke2, forcedColorAdjust: 'auto' },
  lockout: { stroke: tokens.colorPaletteGreenForeground1, strokeDasharray: '3 2' },
  text: { fill: tokens.colorNeutralForeground3, fontSize: '11px', fontFamily: tokens.fontFamilyBase },
  bar: { fill: tokens.colorBrandBackground },
  good: { fill: tokens.colorPaletteGreenBackground3 },
  bad: { fill: tokens.colorPaletteRedBackground3 },
  waits: { fill: tokens.colorPaletteMarigoldBackground3 },
  quiet: { fill: tokens.colorNeutralStrokeAccessible },
  key: { display: 'flex', flexWrap: 'wrap', columnGap: '8px', color: tokens.colorNeutralForeground3 },
});

type Look = 'bar' | 'good' | 'bad' | 'waits' | 'quiet';
const looks: Partial<Record<TaskStatus, Look>> = {
  succeeded: 'good',
  already_done: 'good',
  failed: 'bad',
  blocked: 'bad',
  waiting: 'waits',
  skipped: 'quiet',
  cancelled: 'quiet',
};

const percent = (share: number) => `${Math.round(share * 10_000) / 100}%`;
/* What took no time can be seen, too. */
const LEAST = 0.004;

export function Timeline({ shown }: { shown: Offboarding }) {
  const styles = useStyles();
  const page = usePageStyles();
  const titleId = useId();
  const now = useNow(!hasEnded(shown.status) && shown.started_at !== null);
  const line = timelineOf(shown.tasks, shown.locked_out_at, now);
  /* One bar alone says no more than its row in the list. */
  if (!line || line.bars.length < 2) return null;
  const words_ = t('run.timeline_words', { took: line.took, count: line.most });

  return (
    <section className={page.panel} aria-labelledby={titleId}>
      <div className={page.head}>
        <Text as="h2" size={500} weight="semibold" id={titleId}>
          {t('run.timeline')}
        </Text>
        <Text size={200} className={page.quiet}>
          {words_}
        </Text>
      </div>
      <figure className={styles.figure} role="img" aria-label={`${t('run.timeline')}: ${words_}`}>
        {line.bars.map((bar) => (
          <div key={bar.id} className={styles.row} data-bar={bar.id}>
            <Text size={200} className={styles.label} title={bar.label}>
              {bar.label}
            </Text>
            <svg className={styles.picture} aria-hidden>
              <title>{`${bar.label}: ${words('status', bar.status)}, ${bar.took}`}</title>
              {line.ticks.map(({ at }) => (
                <line key={at} x1={percent(at)} x2={percent(at)} y1="0" y2="100%" className={styles.grid} />
              ))}
              {line.lockout !== null && (
                <line
                  x1={percent(line.lockout)}
                  x2={percent(line.lockout)}
                  y1="0"
                  y2="100%"
                  className={styles.lockout}
                />
              )}
              <rect
                x={percent(Math.min(bar.from, 1 - LEAST))}
                width={percent(Math.max(bar.width, LEAST))}
                y="20%"
                height="60%"
                rx="2"
                className={styles[looks[bar.status] ?? 'bar']}
              />
            </svg>
            <Text size={200} className={styles.took}>
              {bar.took}
            </Text>
          </div>
        ))}
        <div className={mergeClasses(styles.row, styles.axisRow)}>
          <span className={styles.corner} />
          <svg className={styles.axis} aria-hidden>
            {line.ticks.map(({ at, label }) => (
              <text
                key={at}
                x={percent(at)}
                y="13"
                textAnchor={at < 0.02 ? 'start' : at > 0.95 ? 'end' : 'middle'}
                className={styles.text}
              >
                {label}
              </text>
            ))}
          </svg>
        </div>
      </figure>
      {line.lockout !== null && (
        <Text size={200} className={styles.key}>
          <svg width="14" height="14" aria-hidden>
            <line x1="7" x2="7" y1="0" y2="14" className={styles.lockout} />
          </svg>
          {t('run.timeline_lockout')}
        </Text>
      )}
    </section>
  );
}
