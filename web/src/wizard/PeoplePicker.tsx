/* Finds people of a tenant while one types. The server searches; the best 50 are shown. */
import {
  Avatar,
  Field,
  makeStyles,
  Tag,
  TagPicker,
  TagPickerControl,
  TagPickerGroup,
  TagPickerInput,
  TagPickerList,
  TagPickerOption,
  tokens,
} from '@fluentui/react-components';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem } from '../api/problem';
import { userQuery, usersQuery } from '../api/queries';
import type { UserPage } from '../api/schema';
import { t } from '../i18n/t';
import { useDebounced } from '../ui/useDebounced';
import { MANAGER, type Person, personOf } from './draft';
import { UserBadges } from './UserBadges';

const useStyles = makeStyles({
  group: { maxWidth: '100%', minWidth: 0 },
  /* As high as its two lines. */
  tag: { maxWidth: '100%', minWidth: 0, height: 'auto', minHeight: '24px', paddingBlock: '2px' },
  option: { columnGap: '12px' },
  clip: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0 },
  list: { maxHeight: '320px' },
  secondary: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '4px 8px',
    alignItems: 'center',
    overflowWrap: 'anywhere',
  },
  nobody: { padding: '8px 12px', color: tokens.colorNeutralForeground3 },
  control: { maxWidth: '100%', minWidth: 0 },
});

/* Whoever the manager is has no initials yet. */
const Face = ({ person: { id, name } }: { person: Pick<Person, 'id' | 'name'> }) =>
  id === MANAGER ? (
    <Avatar aria-hidden shape="circular" color="brand" />
  ) : (
    <Avatar aria-hidden shape="circular" name={name} color="colorful" />
  );

interface Props {
  label: string;
  tenant: string;
  people: Person[];
  onChange: (people: Person[]) => void;
  single?: boolean;
  /* Offers the user's manager, whoever that is. */
  manager?: boolean;
  required?: boolean;
  hint?: string;
  error?: string | undefined;
  size?: 'medium' | 'large';
}

const isEnter = (event: unknown) => (event as { key?: string }).key === 'Enter';

function hintOf(page: UserPage | undefined, search: string): string | undefined {
  if (!page || !search) return undefined;
  const shown = page.items.length;
  if (!page.next_cursor) return shown ? t('people.found', { count: shown }) : undefined;
  return page.total === null
    ? t('people.matches_unknown', { shown })
    : t('people.matches', { shown, total: page.total });
}

export function PeoplePicker(props: Props) {
  const { label, tenant, people, onChange, single, manager, required, hint, error, size = 'medium' } = props;
  const styles = useStyles();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const search = useDebounced(text.trim(), 100);
  const found = useQuery({
    ...usersQuery(tenant, search),
    enabled: tenant !== '' && (open || search !== ''),
    placeholderData: keepPreviousData,
  });
  const named = useNames(tenant, people);

  const items = found.data?.items ?? [];
  const taken = new Set(people.map(({ id }) => id));
  const offered = items.filter(({ id }) => !taken.has(id));
  const offersManager =
    manager && !taken.has(MANAGER) && t('people.manager').toLowerCase().includes(text.trim().toLowerCase());

  /* What is offered while the answer to the latest letters is under way belongs to the letters before. Enter would
   * take somebody whom nobody has asked for; a click was aimed. */
  const stale = text.trim() !== search || found.isLoading || found.isPlaceholderData;

  const toggle = (id: string) => {
    if (taken.has(id)) {
      onChange(named.filter((person) => person.id !== id));
      return;
    }
    const user = items.find((one) => one.id === id);
    const person: Person | null =
      id === MANAGER ? { id, name: t('people.manager'), address: '' } : user ? personOf(user) : null;
    if (!person) return;
    onChange(single ? [person] : [...named, person]);
    setText('');
  };

  const message = found.isError
    ? t('people.failed', { detail: asProblem(found.error).message })
    : found.isFetching && offered.length === 0
      ? t('people.searching')
      : search
        ? t('people.none', { search })
        : t('people.nobody');

  return (
    <Field
      label={label}
      required={required}
      hint={hintOf(found.data, search) ?? hint}
      validationMessage={error ?? (found.isError ? message : undefined)}
    >
      <TagPicker
        size={size}
        open={open}
        onOpenChange={(event, data) => {
          if (!(stale && isEnter(event))) setOpen(data.open);
        }}
        selectedOptions={named.map(({ id }) => id)}
        onOptionSelect={(event, { value }) => {
          if (!(stale && isEnter(event))) toggle(value);
        }}
      >
        <TagPickerControl className={styles.control}>
          {named.length > 0 && (
            <TagPickerGroup aria-label={`${label}: ${t('people.selected')}`} className={styles.group}>
              {named.map((person) => (
                <Tag
                  key={person.id}
                  value={person.id}
                  shape="rounded"
                  className={styles.tag}
                  title={person.address || undefined}
                  primaryText={{ className: styles.clip }}
                  secondaryText={
                    person.address && size === 'large'
                      ? { children: person.address, className: styles.clip }
                      : undefined
                  }
                  media={<Face person={person} />}
                >
                  {person.name || person.id}
                </Tag>
              ))}
            </TagPickerGroup>
          )}
          <TagPickerInput
            aria-label={label}
            placeholder={named.length === 0 ? t('users.placeholder') : undefined}
            value={text}
            onChange={(event) => {
              /* Touch keyboards and dictation send no key events that would open it. */
              setText(event.target.value);
              setOpen(true);
            }}
            onBlur={() => setText('')}
          />
        </TagPickerControl>
        <TagPickerList className={styles.list} aria-label={label}>
          {offersManager && (
            <TagPickerOption
              value={MANAGER}
              className={styles.option}
              text={t('people.manager')}
              media={<Face person={{ id: MANAGER, name: '' }} />}
              secondaryContent={t('people.manager_hint')}
            >
              {t('people.manager')}
            </TagPickerOption>
          )}
          {offered.map((user) => (
            <TagPickerOption
              key={user.id}
              value={user.id}
              className={styles.option}
              text={user.display_name}
              media={<Face person={personOf(user)} />}
              secondaryContent={{
                className: styles.secondary,
                children: (
                  <>
                    {[user.user_principal_name, user.job_title, user.department].filter(Boolean).join(' · ')}
                    <UserBadges user={user} />
                  </>
                ),
              }}
            >
              {user.display_name}
            </TagPickerOption>
          ))}
          {offered.length === 0 && !offersManager && (
            <div className={styles.nobody} role="option" aria-disabled aria-selected={false} tabIndex={-1}>
              {message}
            </div>
          )}
        </TagPickerList>
      </TagPicker>
    </Field>
  );
}

/* `people` with the names of those that are known by id only. */
function useNames(tenant: string, people: Person[]): Person[] {
  const unknown = people.filter(({ id, name }) => id !== MANAGER && !name);
  const users = useQueries({ queries: unknown.map(({ id }) => userQuery(tenant, id)) });
  const names = new Map(
    users.flatMap(({ data }, at) => (data ? [[unknown[at]?.id, personOf(data)] as const] : [])),
  );
  return people.map((person) =>
    person.id === MANAGER ? { ...person, name: t('people.manager') } : (names.get(person.id) ?? person),
  );
}
