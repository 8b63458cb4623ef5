import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import type { LogbookEntry, LogbookPage } from '../api/schema';

interface LogbookFilter {
  text: string;
  who: string;
  what: string;
  tenant: string;
  /* Calendar dates of the viewer. */
  from: string;
  to: string;
}

/* From the first instant of `from` to the last of `to`, in the viewer's zone. */
function queryOf({ text, who, what, tenant, from, to }: LogbookFilter) {
  return {
    ...(text && { text }),
    ...(who && { who }),
    ...(what && { what }),
    ...(tenant && { tenant }),
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to && { to: new Date(`${to}T23:59:59.999`).toISOString() }),
  };
}

/* Without `format` the answer is JSON. */
const page = async (
  filter: LogbookFilter,
  limit: number,
  cursor: string,
  signal: AbortSignal | null = null,
) =>
  (await ask(() =>
    api.GET('/api/v1/logbook', {
      signal,
      params: { query: { ...queryOf(filter), limit, ...(cursor && { cursor }) } },
    }),
  )) as LogbookPage;

export const logbookQuery = (filter: LogbookFilter) =>
  infiniteQueryOptions({
    queryKey: ['logbook', filter],
    queryFn: ({ signal, pageParam }) => page(filter, 50, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

async function allEntries(filter: LogbookFilter): Promise<LogbookEntry[]> {
  const entries: LogbookEntry[] = [];
  for (let cursor = ''; ; ) {
    const read = await page(filter, 200, cursor);
    entries.push(...read.items);
    if (!read.next_cursor) return entries;
    cursor = read.next_cursor;
  }
}

/* The cursor in `Link: <…?cursor=…>; rel="next"`. */
export function nextCursor(link: string | null): string {
  const address = link?.match(/<([^>]*)>\s*;\s*rel="?next"?/)?.[1];
  return address ? (new URL(address, 'http://lastday.invalid').searchParams.get('cursor') ?? '') : '';
}

/* The table, page by page; only the first keeps its head. */
async function allRows(filter: LogbookFilter): Promise<string> {
  let table = '';
  for (let cursor = ''; ; ) {
    let next = '';
    const text = await ask(async () => {
      const answer = await api.GET('/api/v1/logbook', {
        params: {
          query: { ...queryOf(filter), format: 'csv', limit: 10_000, ...(cursor && { cursor }) },
        },
        parseAs: 'text',
      });
      next = nextCursor(answer.response.headers.get('Link'));
      return answer;
    });
    table += table ? text.slice(text.indexOf('\n') + 1) : text;
    if (!next) return table;
    cursor = next;
  }
}

export async function exported(filter: LogbookFilter, format: 'csv' | 'json'): Promise<Blob> {
  return format === 'csv'
    ? new Blob([await allRows(filter)], { type: 'text/csv;charset=utf-8' })
    : new Blob([JSON.stringify(await allEntries(filter), null, 2)], { type: 'application/json' });
}
