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
import { NARROW, useTableStyles } from './useTableStyles';

const useStyles = makeStyles({
  box: { overflow: 'hidden' },
  row: {
    ':last-child': { borderBottomStyle: 'none' },
    [NARROW]: { alignItems: 'center', gap: '6px 16px' },
  },
  cell: {
    paddingTop: '10px',
    paddingBottom: '10px',
    ':last-child': { paddingRight: '16px' },
    [NARROW]: {
      minWidth: 0,
      paddingTop: 0,
      paddingBottom: 0,
      ':first-child': { flex: '1 0 100%' },
      ':last-child': { paddingRight: 0 },
      ':empty': { display: 'none' },
    },
  },
  heading: { ':last-child': { paddingRight: '16px' } },
  end: { textAlign: 'end', [NARROW]: { textAlign: 'start', marginInlineStart: 'auto' } },
  headingEnd: { '& > div': { justifyContent: 'flex-end' } },
  named: {
    [NARROW]: {
      '::before': { content: 'attr(data-label) " "', color: tokens.colorNeutralForeground3 },
    },
  },
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
  /* Says what it is where the headings are gone. */
  named?: boolean;
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
  const table = useTableStyles();
  const page = usePageStyles();
  return (
    <div className={mergeClasses(table.box, styles.box)}>
      <Table className={table.table} aria-label={label}>
        <TableHeader className={table.header}>
          <TableRow>
            {columns.map((column) => (
              <TableHeaderCell
                key={column.id}
                className={mergeClasses(table.heading, styles.heading, column.end && styles.headingEnd)}
              >
                <span className={column.hiddenLabel ? page.hidden : undefined}>{column.label}</span>
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={table.body}>
          {rows.map((row) => (
            <TableRow key={idOf(row)} className={mergeClasses(table.row, styles.row)} data-row={idOf(row)}>
              {columns.map((column) => (
                <TableCell
                  key={column.id}
                  className={mergeClasses(
                    table.cell,
                    styles.cell,
                    column.end && styles.end,
                    column.tight && styles.narrow,
                    column.named && styles.named,
                  )}
                  data-label={column.named ? column.label : undefined}
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
