/* A table that becomes a list of cards where it is narrow. The first column names the row. */
import {
  makeStyles,
  mergeClasses,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { usePageStyles } from './usePageStyles';

const NARROW = '@media (max-width: 760px)';

const useStyles = makeStyles({
  box: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    overflow: 'hidden',
  },
  table: { tableLayout: 'auto', [NARROW]: { display: 'block' } },
  header: { [NARROW]: { display: 'none' } },
  body: { [NARROW]: { display: 'block' } },
  row: {
    ':last-child': { borderBottomStyle: 'none' },
    [NARROW]: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: '6px 16px',
      padding: '12px 16px',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  cell: {
    padding: '10px 8px',
    ':first-child': { paddingLeft: '16px' },
    ':last-child': { paddingRight: '16px' },
    [NARROW]: {
      display: 'block',
      flex: '0 1 auto',
      minWidth: 0,
      padding: 0,
      height: 'auto',
      ':first-child': { paddingLeft: 0, flex: '1 0 100%' },
      ':last-child': { paddingRight: 0 },
      ':empty': { display: 'none' },
    },
  },
  heading: {
    color: tokens.colorNeutralForeground3,
    ':first-child': { paddingLeft: '16px' },
    ':last-child': { paddingRight: '16px' },
  },
  end: { textAlign: 'end', [NARROW]: { textAlign: 'start', marginInlineStart: 'auto' } },
  headingEnd: { '& > div': { justifyContent: 'flex-end' } },
  narrow: { width: '1%', whiteSpace: 'nowrap', [NARROW]: { width: 'auto' } },
});

export interface Column<Row> {
  id: string;
  /* Said, but not shown, of a column of buttons. */
  label: string;
  hiddenLabel?: boolean;
  end?: boolean;
  /* As wide as what is in it. */
  tight?: boolean;
  cell(row: Row): ReactNode;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  idOf(row: Row): string;
}

export function DataTable<Row>({ label, columns, rows, idOf }: Props<Row>) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    <div className={styles.box}>
      <Table className={styles.table} aria-label={label}>
        <TableHeader className={styles.header}>
          <TableRow>
            {columns.map((column) => (
              <TableHeaderCell
                key={column.id}
                className={mergeClasses(styles.heading, column.end && styles.headingEnd)}
              >
                <span className={column.hiddenLabel ? page.hidden : undefined}>{column.label}</span>
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={styles.body}>
          {rows.map((row) => (
            <TableRow key={idOf(row)} className={styles.row} data-row={idOf(row)}>
              {columns.map((column) => (
                <TableCell
                  key={column.id}
                  className={mergeClasses(
                    styles.cell,
                    column.end && styles.end,
                    column.tight && styles.narrow,
                  )}
                >
                  {column.cell(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
