/* A list that is read page by page: waiting for it, failing, having nothing, and the way to more. */
import { Button, makeStyles } from '@fluentui/react-components';
import { SearchInfoRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { t } from '../i18n/t';
import { Empty } from './Empty';
import { Loading } from './Loading';
import { ProblemBar } from './ProblemBar';

const useStyles = makeStyles({ more: { alignSelf: 'center' } });

interface Props {
  read: {
    error: unknown;
    isError: boolean;
    isPending: boolean;
    isSuccess: boolean;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch(): unknown;
    fetchNextPage(): unknown;
  };
  empty: boolean;
  /* Whether filters stand, what to say when they let nothing through, and how to take them away. */
  filtered: boolean;
  noneFound: string;
  clear(): void;
  /* In place of the rows when there are none at all. */
  nothing: ReactNode;
  /* Without being asked to. */
  readsOn?: boolean;
  /* The rows. */
  children: ReactNode;
}

export function Listing({ read, empty, filtered, noneFound, clear, nothing, readsOn, children }: Props) {
  const styles = useStyles();
  return (
    <>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={6} />}
      {!empty && children}
      {read.isSuccess &&
        empty &&
        (filtered ? (
          <Empty
            icon={<SearchInfoRegular />}
            title={noneFound}
            action={<Button onClick={clear}>{t('list.clear')}</Button>}
          />
        ) : (
          nothing
        ))}
      {read.hasNextPage && !readsOn && (
        <Button
          className={styles.more}
          disabledFocusable={read.isFetchingNextPage}
          onClick={() => void read.fetchNextPage()}
        >
          {t('action.more')}
        </Button>
      )}
    </>
  );
}
