/* The people who were found: a list that goes on as far as one scrolls, of which only what is seen is drawn. What is drawn
 * again with each wheel's turn is this list alone, and of its rows only those that are new. */
import { Avatar, makeStyles, mergeClasses, tokens, typographyStyles } from '@fluentui/react-components';
import { CheckmarkFilled } from '@fluentui/react-icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useCallback, useEffect, useRef } from 'react';
import type { User } from '../api/schema';
import { dateTime, list, relative } from '../i18n/format';
import { t } from '../i18n/t';
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
    ...typographyStyles.caption1,
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
    ...typographyStyles.caption1,
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
  name: { ...typographyStyles.body1Strong, display: 'block' },
  line: { display: 'block', overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  quiet: { display: 'block', color: tokens.colorNeutralForeground3 },
  badges: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
});

interface ListProps {
  id: string;
  users: User[];
  /* Of all that were found, shown or not; null when it is not known. */
  total: number | null;
  /* What they were found by: another search begins at its top. */
  search: string;
  /* The place of the row that the keys are at. */
  active: number;
  /* Whether the keys go to the list. */
  focused: boolean;
  chosen: ReadonlySet<string>;
  choose: (at: number) => void;
  /* Reads on; undefined while there is nothing more, or it is being read. */
  more: (() => unknown) | undefined;
  /* What is said in place of the rows. */
  children: ReactNode;
}

export function UserList(props: ListProps) {
  const { id, users, total, search, active, focused, chosen, choose, more, children } = props;
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  /* The virtualizer measures everything anew when it gets another function. */
  const getItemKey = useCallback((at: number) => users[at]?.id ?? at, [users]);
  const virtual = useVirtualizer({
    count: users.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 60,
    getItemKey,
    overscan: 5,
  });
  const shown = virtual.getVirtualItems();

  const end = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (end >= users.length - AHEAD) more?.();
  }, [end, users.length, more]);

  useEffect(() => {
    virtual.scrollToIndex(active);
  }, [virtual, active]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 }); // a promise in newer browsers: not to be returned
  }, [search]);

  return (
    <div className={styles.frame}>
      <div className={styles.heads} aria-hidden>
        <span className={styles.first}>{t('users.head.name')}</span>
        <span>{t('users.head.work')}</span>
        <span>{t('users.head.use')}</span>
        <span>{t('users.head.state')}</span>
      </div>
      {children}
      <div
        ref={scroller}
        id={id}
        role="listbox"
        aria-label={t('users.label')}
        aria-multiselectable
        className={styles.list}
        hidden={users.length === 0}
      >
        <div role="presentation" className={styles.all} style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const user = users[index];
            return (
              user && (
                <UserOption
                  key={key}
                  id={`${id}-${index}`}
                  user={user}
                  index={index}
                  start={start}
                  total={total}
                  ticked={chosen.has(user.id)}
                  active={focused && index === active}
                  measure={virtual.measureElement}
                  choose={choose}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  user: User;
  index: number;
  start: number;
  total: number | null;
  ticked: boolean;
  active: boolean;
  measure: (row: HTMLDivElement | null) => void;
  choose: (at: number) => void;
}

const UserOption = memo(function UserOption(props: OptionProps) {
  const { id, user, index, start, total, ticked, active, measure, choose } = props;
  const styles = useStyles();
  return (
    /* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above */
    /* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field above */
    <div
      ref={measure}
      data-index={index}
      id={id}
      role="option"
      aria-selected={ticked}
      aria-posinset={index + 1}
      aria-setsize={total ?? -1}
      className={mergeClasses(styles.row, ticked && styles.chosen, active && styles.active)}
      style={{ transform: `translateY(${start}px)` }}
      /* The focus stays where one types. */
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => choose(index)}
    >
      <span className={mergeClasses(styles.box, ticked && styles.ticked)} aria-hidden>
        {ticked && <CheckmarkFilled />}
      </span>
      <Avatar aria-hidden className={styles.face} name={user.display_name} color="colorful" size={32} />
      <span className={styles.cell}>
        <span className={styles.name}>{user.display_name}</span>
        <span className={styles.quiet}>{user.user_principal_name}</span>
      </span>
      <span className={mergeClasses(styles.cell, styles.quiet)}>
        {[user.job_title, user.department].filter(Boolean).join(' · ')}
      </span>
      <span className={mergeClasses(styles.cell, styles.quiet)}>
        <span className={styles.line} title={list(user.licenses)}>
          {licensesOf(user)}
        </span>
        {user.last_sign_in_at && (
          <span className={styles.line} title={dateTime(user.last_sign_in_at)}>
            {t('users.signed_in', { when: relative(user.last_sign_in_at, Date.now()) })}
          </span>
        )}
      </span>
      <span className={styles.cell}>
        <span className={styles.badges}>
          <UserBadges user={user} />
        </span>
      </span>
    </div>
  );
});

/* The first says most; the others are told on the confirmation. */
function licensesOf({ licensed, licenses: [first, ...more] }: User): string {
  if (!licensed || !first) return t('users.unlicensed');
  return more.length ? t('value.more', { first, count: more.length }) : first;
}
