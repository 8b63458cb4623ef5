/* The directory while one types: a list that goes on as far as one scrolls, of which only what is seen is drawn. */
import {
  Avatar,
  Field,
  Input,
  makeStyles,
  mergeClasses,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkFilled, SearchRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { asProblem } from '../api/problem';
import { directoryQuery, rowsOf } from '../api/queries';
import type { User } from '../api/schema';
import { dateTime, list, relative } from '../i18n/format';
import { t } from '../i18n/t';
import { useDebounced } from '../ui/useDebounced';
import { UserBadges } from './UserBadges';

const NARROW = '@media (max-width: 760px)';
/* So many rows before the last one the next are asked for. */
const AHEAD = 150;
const COLUMNS = '20px 32px minmax(0, 5fr) minmax(0, 4fr) minmax(0, 5fr) minmax(0, 3fr)';

const useStyles = makeStyles({
  frame: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    overflow: 'hidden',
  },
  heads: {
    display: 'grid',
    gridTemplateColumns: COLUMNS,
    columnGap: '12px',
    padding: '8px 12px',
    color: tokens.colorNeutralForeground3,
    backgroundColor: tokens.colorNeutralBackground2,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    [NARROW]: { display: 'none' },
  },
  first: { gridColumnStart: 3 },
  list: { height: '400px', overflowY: 'auto', overscrollBehavior: 'contain', [NARROW]: { height: '300px' } },
  all: { position: 'relative', width: '100%' },
  row: {
    position: 'absolute',
    top: 0,
    left: 0,
    boxSizing: 'border-box',
    width: '100%',
    minHeight: '56px',
    display: 'grid',
    gridTemplateColumns: COLUMNS,
    alignItems: 'center',
    columnGap: '12px',
    padding: '6px 12px',
    cursor: 'pointer',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground2 },
    [NARROW]: { gridTemplateColumns: '20px minmax(0, 1fr)' },
  },
  active: {
    outline: `2px solid ${tokens.colorCompoundBrandStroke}`,
    outlineOffset: '-2px',
  },
  chosen: { backgroundColor: tokens.colorBrandBackground2 },
  box: {
    boxSizing: 'border-box',
    width: '18px',
    height: '18px',
    display: 'grid',
    placeItems: 'center',
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusSmall,
    fontSize: '12px',
    [NARROW]: { gridRow: '1 / span 3' },
  },
  ticked: {
    border: `1px solid ${tokens.colorCompoundBrandBackground}`,
    backgroundColor: tokens.colorCompoundBrandBackground,
    color: tokens.colorNeutralForegroundInverted,
  },
  face: { [NARROW]: { display: 'none' } },
  cell: { minWidth: 0, overflowWrap: 'anywhere', [NARROW]: { gridColumn: 2 } },
  line: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  quiet: { color: tokens.colorNeutralForeground3 },
  badges: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
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
  const scroller = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [focused, setFocused] = useState(false);
  const search = useDebounced(text.trim(), 100);
  const found = useInfiniteQuery(directoryQuery(tenant, search));
  const users = rowsOf(found.data);
  const total = found.data?.pages[0]?.total ?? null;

  /* What is shown while the answer to the latest letters is under way belongs to the letters before: Enter would take
   * somebody whom nobody has asked for. */
  const stale = text.trim() !== search || found.isPlaceholderData || found.isPending;

  const virtual = useVirtualizer({
    count: users.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 60,
    getItemKey: (at) => users[at]?.id ?? at,
    overscan: 10,
  });
  const shown = virtual.getVirtualItems();

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const end = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (end >= users.length - AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [end, users.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at its top
  useEffect(() => {
    setActive(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [search]);

  const choose = (user: User | undefined) => {
    if (!user) return;
    toggle(user);
    /* The next name replaces this one. */
    input.current?.select();
  };

  const goTo = (to: number) => {
    const at = Math.max(0, Math.min(users.length - 1, to));
    setActive(at);
    virtual.scrollToIndex(at);
  };

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
    return hasNextPage
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
      <div className={styles.frame}>
        <div className={styles.heads} aria-hidden>
          <Text size={200} className={styles.first}>
            {t('users.head.name')}
          </Text>
          <Text size={200}>{t('users.head.work')}</Text>
          <Text size={200}>{t('users.head.use')}</Text>
          <Text size={200}>{t('users.head.state')}</Text>
        </div>
        {users.length === 0 && !found.isPending && (
          <div className={styles.nothing} role="status">
            {nothing}
          </div>
        )}
        <div
          ref={scroller}
          id={listId}
          role="listbox"
          aria-label={t('users.label')}
          aria-multiselectable
          className={styles.list}
          hidden={users.length === 0}
        >
          <div role="presentation" className={styles.all} style={{ height: virtual.getTotalSize() }}>
            {shown.map(({ index, key, start }) => {
              const user = users[index];
              if (!user) return null;
              const ticked = chosen.has(user.id);
              return (
                /* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above */
                /* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field above */
                <div
                  key={key}
                  ref={virtual.measureElement}
                  data-index={index}
                  id={`${listId}-${index}`}
                  role="option"
                  aria-selected={ticked}
                  aria-posinset={index + 1}
                  aria-setsize={total ?? -1}
                  className={mergeClasses(
                    styles.row,
                    ticked && styles.chosen,
                    focused && index === active && styles.active,
                  )}
                  style={{ transform: `translateY(${start}px)` }}
                  /* The focus stays where one types. */
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => {
                    setActive(index);
                    choose(user);
                  }}
                >
                  <UserRow user={user} ticked={ticked} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </>
  );
}

/* The first says most; the others are told on the confirmation. */
function licensesOf({ licensed, licenses: [first, ...more] }: User): string {
  if (!licensed || !first) return t('users.unlicensed');
  return more.length ? t('value.more', { first, count: more.length }) : first;
}

function UserRow({ user, ticked }: { user: User; ticked: boolean }) {
  const styles = useStyles();
  const now = Date.now();
  return (
    <>
      <span className={mergeClasses(styles.box, ticked && styles.ticked)} aria-hidden>
        {ticked && <CheckmarkFilled />}
      </span>
      <Avatar aria-hidden className={styles.face} name={user.display_name} color="colorful" size={32} />
      <span className={styles.cell}>
        <Text block weight="semibold">
          {user.display_name}
        </Text>
        <Text block size={200} className={styles.quiet}>
          {user.user_principal_name}
        </Text>
      </span>
      <span className={styles.cell}>
        <Text size={200} className={styles.quiet}>
          {[user.job_title, user.department].filter(Boolean).join(' · ')}
        </Text>
      </span>
      <span className={mergeClasses(styles.cell, styles.quiet)}>
        <Text block size={200} className={styles.line} title={list(user.licenses)}>
          {licensesOf(user)}
        </Text>
        {user.last_sign_in_at && (
          <Text block size={200} className={styles.line} title={dateTime(user.last_sign_in_at)}>
            {t('users.signed_in', { when: relative(user.last_sign_in_at, now) })}
          </Text>
        )}
      </span>
      <span className={styles.cell}>
        <span className={styles.badges}>
          <UserBadges user={user} />
        </span>
      </span>
    </>
  );
}
