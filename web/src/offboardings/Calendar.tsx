/* What is planned, month by month: a grid, and where it is narrow a list of days. */
import { Button, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { plannedQuery } from '../api/offboardings';
import type { OffboardingSummary } from '../api/schema';
import { locale } from '../i18n/format';
import { t, words } from '../i18n/t';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { byDay, type Day, dayKey, monthKey, monthOf, shifted, weeksOf } from './calendar';

const NARROW = '@media (max-width: 760px)';

const useStyles = makeStyles({
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  title: { minWidth: '160px', textAlign: 'center' },
  box: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    overflow: 'hidden',
  },
  table: {
    width: '100%',
    borderCollapse: 'collapse',
    tableLayout: 'fixed',
    backgroundColor: tokens.colorNeutralBackground1,
    [NARROW]: { display: 'block' },
  },
  heads: { [NARROW]: { display: 'none' } },
  body: { [NARROW]: { display: 'block' } },
  week: { [NARROW]: { display: 'block' } },
  weekday: {
    padding: '8px',
    textAlign: 'start',
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
  },
  day: {
    height: '104px',
    padding: '6px 8px',
    verticalAlign: 'top',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':not(:last-child)': { borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
    [NARROW]: {
      display: 'flex',
      columnGap: '16px',
      height: 'auto',
      padding: '10px 12px',
      ':not(:last-child)': { borderRightWidth: 0 },
    },
  },
  /* In a list of days those with nothing are left out. */
  empty: { [NARROW]: { display: 'none' } },
  other: { backgroundColor: tokens.colorNeutralBackground2, [NARROW]: { display: 'none' } },
  number: {
    display: 'inline-grid',
    placeItems: 'center',
    minWidth: '24px',
    height: '24px',
    borderRadius: '12px',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  today: {
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    fontWeight: tokens.fontWeightSemibold,
  },
  short: { [NARROW]: { display: 'none' } },
  long: { display: 'none', [NARROW]: { display: 'inline' } },
  date: { [NARROW]: { flex: '0 0 92px' } },
  rows: { display: 'flex', flexDirection: 'column', rowGap: '2px', minWidth: 0, flexGrow: 1 },
  link: {
    display: 'block',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    minHeight: '24px',
    lineHeight: '24px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground1,
    textDecoration: 'none',
    ':hover': { textDecoration: 'underline' },
    [NARROW]: { fontSize: tokens.fontSizeBase300, whiteSpace: 'normal' },
  },
  at: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
  over: { color: tokens.colorNeutralForeground3 },
  more: { minWidth: 0, alignSelf: 'flex-start', paddingInline: '0' },
});

/* More than this on one day are folded. */
const SHOWN = 3;

const monthFormat = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
const weekdayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const dayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' });
const timeFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });

/* Not every browser tells; most of the world begins on Monday. */
function firstDay(): number {
  const info = new Intl.Locale(locale) as { getWeekInfo?: () => { firstDay: number } };
  return info.getWeekInfo?.().firstDay ?? 1;
}

interface Props {
  month: string;
  setMonth: (month: string) => void;
}

export function Calendar({ month: text, setMonth }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const now = new Date();
  const month = monthOf(text, now);
  const weeks = weeksOf(month, firstDay());
  const from = weeks[0]?.[0]?.date ?? month;
  const last = weeks.at(-1)?.[6]?.date ?? month;
  const to = new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1, 0, 0, 0, -1);
  const read = useQuery(plannedQuery(from.toISOString(), to.toISOString()));
  const days = byDay(read.data ?? []);
  const inMonth = [...days].filter(([key]) => key.startsWith(monthKey(month)));
  const count = inMonth.reduce((all, [, rows]) => all + rows.length, 0);
  const go = (by: number) => setMonth(monthKey(shifted(month, by)));

  return (
    <div className={page.column}>
      <div className={styles.head}>
        <Button icon={<ChevronLeftRegular />} aria-label={t('calendar.before')} onClick={() => go(-1)} />
        <Text as="h2" size={500} weight="semibold" className={styles.title} aria-live="polite">
          {monthFormat.format(month)}
        </Text>
        <Button icon={<ChevronRightRegular />} aria-label={t('calendar.after')} onClick={() => go(1)} />
        <Button onClick={() => setMonth('')}>{t('calendar.today')}</Button>
        <Text className={page.quiet} role="status">
          {read.data && t('calendar.count', { count })}
        </Text>
      </div>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      <div className={styles.box}>
        <table
          className={styles.table}
          aria-label={t('calendar.label', { month: monthFormat.format(month) })}
        >
          <thead className={styles.heads}>
            <tr>
              {weeks[0]?.map(({ key, date }) => (
                <th key={key} scope="col" className={styles.weekday}>
                  {weekdayFormat.format(date)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={styles.body}>
            {weeks.map((week) => (
              <tr key={week[0]?.key} className={styles.week}>
                {week.map((day) => (
                  <DayCell key={day.key} day={day} rows={days.get(day.key) ?? []} today={dayKey(now)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function DayCell({ day, rows, today }: { day: Day; rows: OffboardingSummary[]; today: string }) {
  const styles = useStyles();
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <td
      className={mergeClasses(styles.day, rows.length === 0 && styles.empty, !day.inMonth && styles.other)}
      data-day={day.key}
    >
      <div className={styles.date}>
        <span className={mergeClasses(styles.number, styles.short, day.key === today && styles.today)}>
          {day.date.getDate()}
        </span>
        <Text className={styles.long} weight="semibold">
          {dayFormat.format(day.date)}
        </Text>
      </div>
      <div className={styles.rows}>
        <ul>
          {shown.map((row) => (
            <li key={row.id}>
              <Link
                to={`/offboardings/${row.id}`}
                className={mergeClasses(styles.link, row.status !== 'planned' && styles.over)}
                title={`${row.user.display_name} · ${row.tenant.display_name ?? ''} · ${words('status', row.status)}`}
              >
                <span className={styles.at}>{timeFormat.format(new Date(row.scheduled_at ?? 0))}</span>{' '}
                {row.user.display_name}
                {row.status !== 'planned' && ` · ${words('status', row.status)}`}
              </Link>
            </li>
          ))}
        </ul>
        {rows.length > SHOWN && (
          <Button
            size="small"
            appearance="transparent"
            className={styles.more}
            aria-expanded={all}
            onClick={() => setAll(!all)}
          >
            {all ? t('calendar.less') : t('calendar.more', { count: rows.length - SHOWN })}
          </Button>
        )}
      </div>
    </td>
  );
}
