/* From a pasted list or a CSV file to the people it means, line by line. Pure. */
import type { User } from '../api/schema';

export interface Line {
  /* Of the text, from 1. */
  number: number;
  /* The address or the name that the line gives. */
  text: string;
}

const DELIMITERS = ['\t', ';', ','];

/* Heads of the columns that name the person, the best first; compared without case, spaces and marks. */
const HEADS = [
  'userprincipalname',
  'upn',
  'emailaddress',
  'email',
  'mail',
  'primarysmtpaddress',
  'address',
  'username',
  'user',
  'displayname',
  'fullname',
  'name',
];

/* Cells of one table row each, quoted ones as RFC 4180 has them, with the number of the line where the row begins. */
function readRows(text: string, delimiter: string): { number: number; cells: string[] }[] {
  const rows: { number: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endCell = () => {
    cells.push(cell.trim());
    cell = '';
  };
  const endRow = () => {
    endCell();
    rows.push({ number: began, cells });
    cells = [];
    began = line;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '\n') line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (sign === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (sign === delimiter) endCell();
    else if (sign === '\n') endRow();
    else if (sign !== '\r') cell += sign;
  }
  endRow();
  return rows;
}

/* The mark that stands most often in the first line that has any. */
function delimiterOf(text: string): string {
  const line = text.split('\n').find((one) => DELIMITERS.some((mark) => one.includes(mark))) ?? '';
  const count = (mark: string) => line.split(mark).length;
  return DELIMITERS.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');

function columnOf(cells: string[]): number | null {
  const heads = cells.map(plain);
  const head = HEADS.find((one) => heads.includes(one));
  return head ? heads.indexOf(head) : null;
}

/* "Adele Vance <adele@contoso.com>" is how mail programs write an address. */
const bare = (text: string) =>
  (/<([^<>\s]+@[^<>\s]+)>/.exec(text)?.[1] ?? text).replace(/^mailto:/i, '').trim();

const isAddress = (text: string) => /^\S+@\S+$/.test(text);

/* Of a row without heads: every address when it is a list of them, else its first address or first cell. */
function namedIn(cells: string[]): string[] {
  const said = cells.map(bare).filter(Boolean);
  if (said.every(isAddress)) return said;
  const address = said.find(isAddress);
  return address ? [address] : said.slice(0, 1);
}

export function readLines(text: string): Line[] {
  const rows = readRows(text.replace(/^\uFEFF/, ''), delimiterOf(text)).filter(({ cells }) =>
    cells.some(Boolean),
  );
  const column = rows[0] ? columnOf(rows[0].cells) : null;
  if (column === null)
    return rows.flatMap(({ number, cells }) => namedIn(cells).map((named) => ({ number, text: named })));
  return rows.slice(1).map(({ number, cells }) => ({ number, text: bare(cells[column] ?? '') }));
}

export type Verdict =
  | { kind: 'found'; user: User }
  /* Named before, in the list or on the screen. */
  | { kind: 'again'; user: User }
  | { kind: 'several'; users: User[] }
  | { kind: 'nobody' }
  | { kind: 'failed'; message: string };

const same = (one: string | null, two: string) =>
  one !== null && one.localeCompare(two, undefined, { sensitivity: 'accent' }) === 0;

/* What a line means among those that a search for it has found. */
export function verdictOf(text: string, found: User[], taken: ReadonlySet<string>): Verdict {
  const exact = found.filter(
    (user) => same(user.user_principal_name, text) || same(user.mail, text) || same(user.display_name, text),
  );
  const [only] = exact;
  if (only && exact.length === 1) return { kind: taken.has(only.id) ? 'again' : 'found', user: only };
  const users = exact.length ? exact : isAddress(text) ? [] : found;
  return users.length ? { kind: 'several', users } : { kind: 'nobody' };
}
