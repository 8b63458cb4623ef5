/* The start: who leaves, what needs a person, what comes up, and what was gained. */
import { makeStyles, mergeClasses, Select, Text, tokens } from '@fluentui/react-components';
import { CheckmarkCircleRegular, PeopleCheckmarkRegular } from '@fluentui/react-icons';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { rowsOf, tenantsQuery } from '../api/queries';
import type { OffboardingSummary, Stats } from '../api/schema';
import { dateTime, duration, number, relative } from '../i18n/format';
import { money } from '../i18n/money';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { TenantFilter } from '../tenants/TenantFilter';
import { Empty } from '../ui/Empty';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { Status } from '../ui/Status';
import { TextLink } from '../ui/TextLink';
import { useFilters } from '../ui/useFilters';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { LeaversChart } from './LeaversChart';
import { Licenses } from './Licenses';
import { attentionQuery, attentionStatuses, comingUpQuery, statsQuery } from './queries';

const useStyles = makeStyles({
  tiles: {
    display: 'grid',
    gap: '16px',
    gridTemplateColumns: 'repeat(4, minmax(0, 1fr))',
    '@media (max-width: 900px)': { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))' },
    '@media (max-width: 640px)': { gap: '12px' },
    '@media (max-width: 340px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  tile: {
    boxSizing: 'border-box',
    display: 'flex',
    flexDirection: 'column',
    rowGap: '4px',
    minHeight: '116px',
    padding: '16px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
  },
  figure: {
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
    whiteSpace: 'nowrap',
    '@media (max-width: 480px)': {
      fontSize: tokens.fontSizeBase600,
      lineHeight: tokens.lineHeightBase600,
    },
  },
  caution: { color: tokens.colorPaletteRedForeground1 },
  halves: {
    display: 'grid',
    gap: '20px',
    alignItems: 'start',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 400px), 1fr))',
  },
  list: { display: 'flex', flexDirection: 'column' },
  row: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '16px',
    paddingBlock: '10px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  end: { textAlign: 'end', flexShrink: 0 },
  nothing: { display: 'flex', alignItems: 'center', columnGap: '8px', minHeight: '44px' },
  good: { color: tokens.colorPaletteGreenForeground1, fontSize: '20px', display: 'inline-flex' },
});

const spans = ['7', '30', '90'] as const;

export function DashboardPage() {
  const page = usePageStyles();
  const may = useMay();
  const { values, set } = useFilters(['days', 'tenant'] as const);
  const days = spans.find((span) => span === values.days) ?? '30';
  const { tenant } = values;
  const stats = useQuery(statsQuery(Number(days), tenant));
  const tenants = useQuery(tenantsQuery(''));

  return (
    <div className={page.page}>
      <PageHead
        title={t('page.dashboard')}
        actions={
          <>
            <TenantFilter value={tenant} onChange={(value) => set('tenant', value)} />
            <Select aria-label={t('dash.span')} value={days} onChange={(_, { value }) => set('days', value)}>
              {spans.map((span) => (
                <option key={span} value={span}>
                  {t('dash.last_days', { count: Number(span) })}
                </option>
              ))}
            </Select>
          </>
        }
      />
      {stats.isError && <ProblemBar error={stats.error} retry={() => void stats.refetch()} />}
      {stats.isPending && <Loading rows={4} height={96} />}
      {stats.data &&
        (tenants.data?.items.length === 0 ? (
          <Empty
            icon={<PeopleCheckmarkRegular />}
            title={t('tenant.empty')}
            body={t('dash.no_tenant')}
            action={may('whole') && <TextLink to="/tenants">{t('dash.add_tenant')}</TextLink>}
          />
        ) : (
          <Figures
            stats={stats.data}
            days={Number(days)}
            tenant={tenant}
            begin={may('operate')}
            prices={may('whole')}
          />
        ))}
    </div>
  );
}

interface FiguresProps {
  stats: Stats;
  days: number;
  tenant: string;
  begin: boolean;
  prices: boolean;
}

function Figures({ stats, days, tenant, begin, prices }: FiguresProps) {
  const styles = useStyles();
  const page = usePageStyles();
  const { leavers, time_to_lockout: lockout, attention, under_way: underWay, licenses } = stats;
  const waiting = attention.failed + attention.needs_attention + attention.awaiting_approval;
  const running = underWay.queued + underWay.running + underWay.waiting;
  const nobodyYet =
    leavers.days.every((one) => one.leavers === 0) &&
    leavers.this_month === 0 &&
    stats.coming_up.planned === 0;
  return (
    <>
      <ul className={styles.tiles}>
        <Tile
          label={t('dash.this_week')}
          figure={number(leavers.this_week)}
          more={t('dash.month_today', { month: leavers.this_month, today: leavers.today })}
        />
        <Tile
          label={t('dash.lockout')}
          figure={lockout.median_ms === null ? '–' : duration(lockout.median_ms)}
          more={
            lockout.p95_ms === null
              ? t('dash.lockout_none')
              : t('dash.lockout_p95', { time: duration(lockout.p95_ms) })
          }
        />
        <Tile
          label={t('dash.attention')}
          figure={number(waiting)}
          caution={waiting > 0}
          more={
            running > 0 ? (
              <TextLink to="/offboardings?status=queued,running,waiting,undoing">
                {t('dash.under_way', { count: running })}
              </TextLink>
            ) : (
              t('dash.none_under_way')
            )
          }
        />
        <Tile
          label={t('dash.licenses')}
          figure={number(licenses.freed)}
          more={
            licenses.monthly_total && licenses.currency
              ? t('dash.per_month', { amount: money(licenses.monthly_total, licenses.currency) })
              : t('dash.last_days', { count: days })
          }
        />
      </ul>
      {nobodyYet ? (
        <div className={page.panel}>
          <Empty
            icon={<PeopleCheckmarkRegular />}
            title={t('dash.nobody')}
            body={t('dash.nobody_body')}
            action={begin && <TextLink to="/offboardings/new">{t('app.new')}</TextLink>}
          />
        </div>
      ) : (
        <Panel title={t('dash.per_day')}>
          <LeaversChart days={leavers.days} />
        </Panel>
      )}
      <div className={styles.halves}>
        <Few
          title={t('dash.attention')}
          query={attentionQuery(tenant)}
          nothing={t('dash.attention_none')}
          all={`/offboardings?status=${attentionStatuses}`}
          side={(row) => <Status status={row.status} />}
        />
        <Few
          title={t('dash.coming_up')}
          query={comingUpQuery(tenant)}
          nothing={t('dash.coming_up_none')}
          all="/offboardings?status=planned,awaiting_approval"
          side={(row) => <When at={row.scheduled_at} />}
        />
      </div>
      <Licenses licenses={licenses} days={days} mayPrice={prices} />
    </>
  );
}

function Tile({
  label,
  figure,
  more,
  caution,
}: {
  label: string;
  figure: string;
  more: ReactNode;
  caution?: boolean;
}) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    <li className={styles.tile}>
      <Text className={page.quiet}>{label}</Text>
      <span className={mergeClasses(styles.figure, caution && styles.caution)}>{figure}</span>
      <Text size={200} className={page.quiet}>
        {more}
      </Text>
    </li>
  );
}

function When({ at }: { at: string | null }) {
  const now = useNow(true, 30_000);
  if (!at) return null;
  return <Text title={dateTime(at)}>{relative(at, now)}</Text>;
}

interface FewProps {
  title: string;
  query: ReturnType<typeof comingUpQuery>;
  nothing: string;
  all: string;
  side(row: OffboardingSummary): ReactNode;
}

function Few({ title, query, nothing, all, side }: FewProps) {
  const styles = useStyles();
  const page = usePageStyles();
  const read = useInfiniteQuery(query);
  const rows = rowsOf(read.data);
  return (
    <Panel title={title} actions={rows.length > 0 && <TextLink to={all}>{t('dash.show_all')}</TextLink>}>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={3} />}
      {read.isSuccess && rows.length === 0 && (
        <div className={styles.nothing}>
          <span className={styles.good} aria-hidden>
            <CheckmarkCircleRegular />
          </span>
          <Text className={page.quiet}>{nothing}</Text>
        </div>
      )}
      {rows.length > 0 && (
        <ul className={styles.list}>
          {rows.map((row) => (
            <li key={row.id} className={styles.row}>
              <span className={page.two}>
                <Link to={`/offboardings/${row.id}`} className={page.name}>
                  {row.user.display_name}
                </Link>
                <Text size={200} className={page.quiet}>
                  {[row.tenant.display_name, row.reference].filter(Boolean).join(' · ')}
                </Text>
              </span>
              <span className={styles.end}>{side(row)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
