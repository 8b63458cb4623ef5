/* The directory while one types. */
import { Field, Input, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { SearchRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { asProblem } from '../api/problem';
import { directoryQuery, rowsOf } from '../api/queries';
import type { User } from '../api/schema';
import { t } from '../i18n/t';
import { useDebounced } from '../ui/useDebounced';
import { UserList } from './UserList';

const useStyles = makeStyles({
  nothing: { padding: '24px 16px', color: tokens.colorNeutralForeground3, textAlign: 'center' },
});

interface Props {
  tenant: string;
  chosen: ReadonlySet<string>;
  toggle: (user: User) => void;
  error?: string | undefined;
}

export function UserSearch({ tenant, chosen, toggle, error }: Props) {
  const styles = useStyles();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [focused, setFocused] = useState(false);
  const search = useDebounced(text.trim(), 100);
  const found = useInfiniteQuery(directoryQuery(tenant, search));
  const users = useMemo(() => rowsOf(found.data), [found.data]);
  const total = found.data?.pages[0]?.total ?? null;
  const { fetchNextPage } = found;
  /* Asked for again before its answer is there, the page under way is waited for. */
  const more = useCallback(() => fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);

  /* What is shown while the answer to the latest letters is under way belongs to the letters before: Enter would take
   * somebody whom nobody has asked for. */
  const stale = text.trim() !== search || found.isPlaceholderData || found.isPending;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at its top
  useEffect(() => {
    setActive(0);
  }, [search]);

  const choose = (user: User | undefined) => {
    if (!user) return;
    toggle(user);
    /* The next name replaces this one. */
    input.current?.select();
  };

  const goTo = (to: number) => setActive(Math.max(0, Math.min(users.length - 1, to)));

  const onKeyDown = (event: KeyboardEvent) => {
    const page = 6;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      goTo(active + move);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!stale) choose(users[active]);
    } else if (event.key === 'Escape') setText('');
  };

  const hint = () => {
    if (!found.data || stale) return t('people.searching');
    if (total !== null) return t('people.found', { count: total });
    return found.hasNextPage
      ? t('people.matches_unknown', { shown: users.length })
      : t('people.found', { count: users.length });
  };
  const nothing = found.isError
    ? t('people.failed', { detail: asProblem(found.error).message })
    : search
      ? t('people.none', { search })
      : t('people.nobody');

  return (
    <>
      <Field label={t('users.label')} hint={hint()} validationMessage={error}>
        <Input
          ref={input}
          role="combobox"
          size="large"
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={users[active] ? `${listId}-${active}` : undefined}
          contentBefore={found.isFetching ? <Spinner size="tiny" aria-hidden /> : <SearchRegular />}
          placeholder={t('users.placeholder')}
          autoComplete="off"
          value={text}
          onChange={(_, { value }) => setText(value)}
          onKeyDown={onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
      </Field>
      <UserList
        id={listId}
        users={users}
        total={total}
        search={search}
        active={active}
        focused={focused}
        chosen={chosen}
        choose={(at) => {
          setActive(at);
          choose(users[at]);
        }}
        more={found.hasNextPage && !found.isFetchingNextPage ? more : undefined}
      >
        {users.length === 0 && !found.isPending && (
          <div className={styles.nothing} role="status">
            {nothing}
          </div>
        )}
      </UserList>
    </>
  );
}
