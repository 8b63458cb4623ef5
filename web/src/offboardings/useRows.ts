import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type ListFilter, offboardingsQuery } from '../api/offboardings';
import { rowsOf } from '../api/queries';

/* What the list shows, page by page; those that began together are shown together. */
export function useRows(filter: ListFilter) {
  const read = useInfiniteQuery(offboardingsQuery(filter));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = read;
  useEffect(() => {
    if (filter.batch && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [filter.batch, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { read, rows: rowsOf(read.data) };
}
