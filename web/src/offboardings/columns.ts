/* Which columns the table has besides the user; as in the address, or as chosen last in this browser. Pure but for
 * that. */
export const columnIds = ['status', 'progress', 'tenant', 'when', 'by', 'reference', 'lockout'] as const;
export type Column = (typeof columnIds)[number];

const FIRST: Column[] = ['status', 'progress', 'tenant', 'when'];
const KEY = 'lastday.columns';

/* In their own order, however they were named. */
export function readColumns(text: string): Column[] | null {
  const named = text.split(',');
  const known = columnIds.filter((id) => named.includes(id));
  return known.length ? known : null;
}

export const columnsOf = (address: string): Column[] =>
  readColumns(address) ?? readColumns(localStorage.getItem(KEY) ?? '') ?? FIRST;

export function toggled(columns: Column[], column: Column): string {
  const next = columns.includes(column) ? columns.filter((one) => one !== column) : [...columns, column];
  return (readColumns(next.join(',')) ?? FIRST).join(',');
}

export const rememberColumns = (columns: string) => localStorage.setItem(KEY, columns);
