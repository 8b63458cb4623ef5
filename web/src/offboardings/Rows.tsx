/* The table; where it is narrow each row becomes a card. */
import {
  Checkbox,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { type Dispatch, memo, type ReactNode, type SetStateAction, useCallback } from 'react';
import { Link, useNavigate } from 'react-router';
import type { OffboardingSummary } from '../api/schema';
import type { Key } from '../i18n/en';
import { ago, dateTime, duration, relative } from '../i18n/format';
import { t } from '../i18n/t';
import { lockoutTook, progressColour, progressShare, progressWords } from '../run/progress';
import { Status } from '../ui/Status';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { NARROW, useTableStyles } from '../ui/useTableStyles';
import type { Column } from './columns';

const useStyles = makeStyles({
  box: { overflowX: 'auto', overflowY: 'hidden', [NARROW]: { overflowX: 'hidden' } },
  row: {
    cursor: 'pointer',
    /* Red on what Fluent has for this is too faint in the dark. */
    ':hover': { backgroundColor: tokens.colorNeutralBackground2 },
  },
  tick: { width: '32px', [NARROW]: { width: 'auto', marginInlineStart: '-8px', marginInlineEnd: '-16px' } },
  /* Where it is narrow: user and status, then the progress, then the rest. */
  left: { [NARROW]: { flex: '1 1 0', minWidth: 0 } },
  whole: { [NARROW]: { flex: '1 0 100%' } },
  progress: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '4px',
    minWidth: '96px',
    maxWidth: '160px',
    [NARROW]: { maxWidth: 'none' },
  },
  numbers: { fontVariantNumeric: 'tabular-nums' },
});

interface Props {
  rows: OffboardingSummary[];
  columns: Column[];
  /* Null when nothing can be done with them. */
  chosen: ReadonlySet<string> | null;
  setChosen: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

export function Rows({ rows, columns, chosen, setChosen }: Props) {
  const styles = useStyles();
  const table = useTableStyles();
  const now = useNow(true, 10_000);
  const ticked = chosen ? rows.filter(({ id }) => chosen.has(id)).length : 0;
  const toggle = useCallback(
    (id: string) =>
      setChosen((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [setChosen],
  );
  return (
    <div className={mergeClasses(table.box, styles.box)}>
      <Table className={table.table} aria-label={t('list.title')}>
        <TableHeader className={table.header}>
          <TableRow>
            {chosen && (
              <TableHeaderCell className={mergeClasses(table.heading, styles.tick)}>
                <Checkbox
                  aria-label={t('list.choose_all')}
                  checked={ticked === 0 ? false : ticked === rows.length ? true : 'mixed'}
                  onChange={() => setChosen(new Set(ticked === rows.length ? [] : rows.map(({ id }) => id)))}
                />
              </TableHeaderCell>
            )}
            <TableHeaderCell className={table.heading}>{t('list.user')}</TableHeaderCell>
            {columns.map((column) => (
              <TableHeaderCell key={column} className={table.heading}>
                {t(`list.column.${column}`)}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={table.body}>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              columns={columns}
              now={now}
              ticked={chosen?.has(row.id)}
              toggle={toggle}
            />
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

const cells: Record<Column, (row: OffboardingSummary, now: number) => ReactNode> = {
  status: (row) => <Status status={row.status} />,
  progress: (row) => <ProgressCell row={row} />,
  tenant: ({ tenant }) => tenant.display_name ?? tenant.id,
  when: (row, now) => <When row={row} now={now} />,
  by: ({ requested_by }) => requested_by,
  reference: ({ reference }) => reference ?? '',
  lockout: (row) => {
    const took = lockoutTook(row);
    return took === null ? '' : t('list.lockout', { time: duration(took) });
  },
};

function ProgressCell({ row }: { row: OffboardingSummary }) {
  const styles = useStyles();
  const words = progressWords(row.status, row.progress);
  return (
    <span className={styles.progress}>
      <Text size={200} className={styles.numbers}>
        {words}
      </Text>
      <ProgressBar
        value={progressShare(row.progress)}
        color={progressColour(row.status, row.progress)}
        aria-label={words}
      />
    </span>
  );
}

function When({ row, now }: { row: OffboardingSummary; now: number }) {
  const [at, key] = whenOf(row);
  const when = key === 'list.planned' ? relative(at, now) : ago(at, now);
  return <span title={dateTime(at)}>{t(key as 'list.ended', { when })}</span>;
}

interface RowProps {
  row: OffboardingSummary;
  columns: Column[];
  now: number;
  /* Undefined when nothing can be chosen. */
  ticked: boolean | undefined;
  toggle: (id: string) => void;
}

/* Of many rows only the one that an event is about is drawn anew. */
const Row = memo(function Row({ row, columns, now, ticked, toggle }: RowProps) {
  const styles = useStyles();
  const table = useTableStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const address = `/offboardings/${row.id}`;
  return (
    /* The whole row can be clicked for convenience; the link in it is what keyboards and screen readers use. */
    <TableRow
      className={mergeClasses(table.row, styles.row)}
      data-offboarding={row.id}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a, input, label') && !window.getSelection()?.toString())
          navigate(address);
      }}
    >
      {ticked !== undefined && (
        <TableCell className={mergeClasses(table.cell, styles.tick)}>
          <Checkbox
            aria-label={t('list.choose', { name: row.user.display_name })}
            checked={ticked}
            onChange={() => toggle(row.id)}
          />
        </TableCell>
      )}
      <TableCell className={mergeClasses(table.cell, styles.left)}>
        <span className={page.two}>
          <Link to={address} className={page.name}>
            {row.user.display_name}
          </Link>
          <Text size={200} className={page.quiet}>
            {row.user.user_principal_name}
          </Text>
          {row.reference && !columns.includes('reference') && (
            <Text size={200} className={page.quiet}>
              {row.reference}
            </Text>
          )}
        </span>
      </TableCell>
      {columns.map((column) => (
        <TableCell key={column} className={mergeClasses(table.cell, column === 'progress' && styles.whole)}>
          {cells[column](row, now)}
        </TableCell>
      ))}
    </TableRow>
  );
});
