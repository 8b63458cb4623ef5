/* All offboardings, newest first, live. Filters are in the address. */
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  ProgressBar,
  SearchBox,
  Select,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { PeopleCheckmarkRegular, SearchInfoRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { offboardingsQuery } from '../api/offboardings';
import type { OffboardingSummary } from '../api/schema';
import { usePage } from '../app/usePage';
import type { Key } from '../i18n/en';
import { dateTime, relative } from '../i18n/format';
import { t } from '../i18n/t';
import { progressColour, progressShare, progressWords } from '../run/progress';
import { Empty } from '../ui/Empty';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { Status } from '../ui/Status';
import { TextLink } from '../ui/TextLink';
import { useDebounced } from '../ui/useDebounced';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';

const NARROW = '@media (max-width: 760px)';

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  search: { flex: '1 1 240px', maxWidth: '420px' },
  tableBox: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    overflow: 'hidden',
  },
  table: { tableLayout: 'auto', [NARROW]: { display: 'block' } },
  header: { [NARROW]: { display: 'none' } },
  body: { [NARROW]: { display: 'block' } },
  row: {
    cursor: 'pointer',
    [NARROW]: {
      display: 'flex',
      flexWrap: 'wrap',
      gap: '8px 16px',
      padding: '12px 16px',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  cell: {
    padding: '8px',
    ':first-child': { paddingLeft: '16px' },
    [NARROW]: {
      display: 'block',
      flex: '0 1 auto',
      padding: 0,
      height: 'auto',
      ':first-child': { paddingLeft: 0 },
    },
  },
  heading: { color: tokens.colorNeutralForeground3, ':first-child': { paddingLeft: '16px' } },
  /* Where it is narrow: user and status, then the progress, then tenant and time. */
  left: { [NARROW]: { flex: '1 1 0', minWidth: 0 } },
  whole: { [NARROW]: { flex: '1 0 100%' } },
  right: { [NARROW]: { textAlign: 'end' } },
  by: { display: 'block', fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  person: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  name: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    textDecoration: 'none',
    ':hover': { textDecoration: 'underline' },
  },
  progress: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '4px',
    minWidth: '96px',
    maxWidth: '160px',
    [NARROW]: { maxWidth: 'none' },
  },
  numbers: { fontVariantNumeric: 'tabular-nums' },
  more: { alignSelf: 'center' },
});

const filters: [Key, string][] = [
  ['list.status_all', ''],
  ['list.status_open', 'queued,running,waiting,undoing'],
  ['list.status_planned', 'planned,awaiting_approval'],
  ['list.status_attention', 'needs_attention'],
  ['list.status_failed', 'failed'],
  ['list.status_done', 'succeeded,succeeded_with_warnings'],
  ['list.status_cancelled', 'cancelled,undone'],
];

function useFilters() {
  const [params, setParams] = useSearchParams();
  const search = params.get('search') ?? '';
  const status = params.get('status') ?? '';
  const batch = params.get('batch') ?? '';
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return { search, status, batch, set, clear: () => setParams({}) };
}

export function ListPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const heading = usePage(t('list.title'));
  const { search, status, batch, set, clear } = useFilters();
  const [text, setText] = useState(search);
  const settled = useDebounced(text.trim(), 200);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed may change the address
  useEffect(() => {
    if (settled !== search) set('search', settled);
  }, [settled]);

  const read = useInfiniteQuery(offboardingsQuery({ search, status }));
  const all = read.data?.pages.flatMap((one) => one.items) ?? [];
  const rows = batch ? all.filter((row) => row.batch === batch) : all;
  /* Those that began together stand together: read on until the first page that holds none of them. */
  const lastPage = read.data?.pages.at(-1)?.items ?? [];
  const batchGoesOn = batch !== '' && lastPage.at(-1)?.batch === batch;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = read;
  useEffect(() => {
    if (batchGoesOn && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [batchGoesOn, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const filtered = search !== '' || status !== '';
  const nothingYet = read.isSuccess && rows.length === 0 && !filtered && !batch;

  return (
    <div className={page.page}>
      <div className={page.head}>
        <Text as="h1" size={600} weight="semibold" ref={heading} tabIndex={-1}>
          {t('list.title')}
        </Text>
      </div>
      {!nothingYet && (
        <search className={styles.filters}>
          <SearchBox
            className={styles.search}
            aria-label={t('list.search')}
            placeholder={t('list.search_placeholder')}
            value={text}
            onChange={(_, { value }) => setText(value)}
          />
          <Select
            aria-label={t('list.status')}
            value={status}
            onChange={(_, { value }) => set('status', value)}
          >
            {filters.map(([label, value]) => (
              <option key={label} value={value}>
                {t(label as 'list.status_all')}
              </option>
            ))}
          </Select>
        </search>
      )}
      {batch && (
        <MessageBar intent="info">
          <MessageBarBody>{t('list.batch', { count: rows.length })}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={() => set('batch', '')}>
              {t('list.batch_all')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={6} />}
      {read.isSuccess && rows.length === 0 && (filtered || batch) && (
        <Empty
          icon={<SearchInfoRegular />}
          title={t('list.none_found')}
          action={
            <Button
              onClick={() => {
                setText('');
                clear();
              }}
            >
              {t('list.clear')}
            </Button>
          }
        />
      )}
      {nothingYet && (
        <Empty
          icon={<PeopleCheckmarkRegular />}
          title={t('list.empty')}
          body={t('list.empty_body')}
          action={<TextLink to="/offboardings/new">{t('app.new')}</TextLink>}
        />
      )}
      {rows.length > 0 && <Rows rows={rows} />}
      {hasNextPage && !batch && (
        <Button
          className={styles.more}
          disabledFocusable={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('action.more')}
        </Button>
      )}
    </div>
  );
}

function Rows({ rows }: { rows: OffboardingSummary[] }) {
  const styles = useStyles();
  const page = usePageStyles();
  const now = useNow(true, 10_000);
  return (
    <div className={styles.tableBox}>
      <Table className={styles.table} aria-label={t('list.title')}>
        <TableHeader className={styles.header}>
          <TableRow>
            <TableHeaderCell className={styles.heading}>{t('list.user')}</TableHeaderCell>
            <TableHeaderCell className={styles.heading}>{t('list.status')}</TableHeaderCell>
            <TableHeaderCell className={styles.heading}>{t('list.progress')}</TableHeaderCell>
            <TableHeaderCell className={styles.heading}>{t('list.tenant')}</TableHeaderCell>
            <TableHeaderCell className={styles.heading}>{t('list.when')}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody className={styles.body}>
          {rows.map((row) => (
            <Row key={row.id} row={row} now={now} quiet={page.quiet} />
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function whenOf(row: OffboardingSummary): [at: string, Key] {
  if (row.ended_at) return [row.ended_at, 'list.ended'];
  if (row.started_at) return [row.started_at, 'list.started'];
  if (row.scheduled_at) return [row.scheduled_at, 'list.planned'];
  return [row.created_at, 'list.created'];
}

function Row({ row, now, quiet }: { row: OffboardingSummary; now: number; quiet: string }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const [at, key] = whenOf(row);
  /* What is over is never ahead, although the clock of this page is read only now and then. */
  const clock = key === 'list.planned' ? now : Math.max(now, Date.parse(at));
  const address = `/offboardings/${row.id}`;
  const progress = progressWords(row.status, row.progress);
  return (
    /* The whole row can be clicked for convenience; the link in it is what keyboards and screen readers use. */
    <TableRow
      className={styles.row}
      data-offboarding={row.id}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a') && !window.getSelection()?.toString())
          navigate(address);
      }}
    >
      <TableCell className={mergeClasses(styles.cell, styles.left)}>
        <span className={styles.person}>
          <Link to={address} className={styles.name}>
            {row.user.display_name}
          </Link>
          <Text size={200} className={quiet}>
            {row.user.user_principal_name}
          </Text>
          {row.reference && (
            <Text size={200} className={quiet}>
              {row.reference}
            </Text>
          )}
        </span>
      </TableCell>
      <TableCell className={styles.cell}>
        <Status status={row.status} />
      </TableCell>
      <TableCell className={mergeClasses(styles.cell, styles.whole)}>
        <span className={styles.progress}>
          <Text size={200} className={styles.numbers}>
            {progress}
          </Text>
          <ProgressBar
            value={progressShare(row.progress)}
            color={progressColour(row.status, row.progress)}
            aria-label={progress}
          />
        </span>
      </TableCell>
      <TableCell className={mergeClasses(styles.cell, styles.left)}>
        {row.tenant.display_name ?? row.tenant.id}
      </TableCell>
      <TableCell className={mergeClasses(styles.cell, styles.right)}>
        <span title={dateTime(at)}>{t(key as 'list.ended', { when: relative(at, clock) })}</span>
        <span className={mergeClasses(styles.by, quiet)}>{row.requested_by}</span>
      </TableCell>
    </TableRow>
  );
}
