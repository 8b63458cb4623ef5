/* Who is leaving: one or many, searched for, pasted or read from a file. */
import { Button, makeStyles } from '@fluentui/react-components';
import { ClipboardPasteRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import { useController, useFormContext } from 'react-hook-form';
import { t } from '../i18n/t';
import { type Draft, type Person, personOf } from './draft';
import { SelectedUsers } from './SelectedUsers';
import { UserSearch } from './UserSearch';

const ListDialog = lazy(async () => ({ default: (await import('./ListDialog')).ListDialog }));

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gap: '24px',
    gridTemplateColumns: 'minmax(0, 1fr) 280px',
    alignItems: 'start',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  search: { display: 'flex', flexDirection: 'column', rowGap: '12px', minWidth: 0 },
  list: { alignSelf: 'flex-start' },
});

export function UserStep() {
  const styles = useStyles();
  const { control, clearErrors, getValues } = useFormContext<Draft>();
  const { field, fieldState } = useController({ control, name: 'users' });
  const [listing, setListing] = useState(false);
  const tenant = getValues('tenant');
  if (!tenant) return null;

  const people = field.value;
  const change = (next: Person[]) => {
    field.onChange(next);
    clearErrors('users');
  };
  const taken = new Set(people.map(({ id }) => id));
  return (
    <div className={styles.columns}>
      <div className={styles.search}>
        <UserSearch
          tenant={tenant.id}
          chosen={taken}
          error={fieldState.error?.message}
          toggle={(user) =>
            change(
              taken.has(user.id) ? people.filter(({ id }) => id !== user.id) : [...people, personOf(user)],
            )
          }
        />
        <Button className={styles.list} icon={<ClipboardPasteRegular />} onClick={() => setListing(true)}>
          {t('users.list')}
        </Button>
      </div>
      <SelectedUsers people={people} onChange={change} />
      {listing && (
        <Suspense>
          <ListDialog
            tenant={tenant.id}
            taken={taken}
            onClose={() => setListing(false)}
            add={(users) => change([...people, ...users.map(personOf)])}
          />
        </Suspense>
      )}
    </div>
  );
}
