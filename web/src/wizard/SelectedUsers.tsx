/* Who has been chosen so far, and the way to leave somebody out again. */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { t } from '../i18n/t';
import { usePageStyles } from '../ui/usePageStyles';
import type { Person } from './draft';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '8px', minWidth: 0 },
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', minHeight: '32px' },
  list: { display: 'flex', flexDirection: 'column', maxHeight: '460px', overflowY: 'auto' },
  person: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '8px',
    padding: '6px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

interface Props {
  people: Person[];
  onChange: (people: Person[]) => void;
}

export function SelectedUsers({ people, onChange }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <Text weight="semibold" role="status">
          {t('users.selected', { count: people.length })}
        </Text>
        {people.length > 1 && (
          <Button size="small" appearance="subtle" className={page.flushEnd} onClick={() => onChange([])}>
            {t('users.clear')}
          </Button>
        )}
      </div>
      {people.length === 0 ? (
        <Text className={page.quiet}>{t('users.none_selected')}</Text>
      ) : (
        <ul className={styles.list} aria-label={`${t('users.label')}: ${t('people.selected')}`}>
          {people.map((person) => (
            <li key={person.id} className={styles.person}>
              <span className={page.wrap}>
                <Text block>{person.name || person.id}</Text>
                <Text block size={200} className={page.quiet}>
                  {person.address}
                </Text>
              </span>
              <Button
                size="small"
                appearance="subtle"
                icon={<DismissRegular />}
                aria-label={t('confirm.leave_out', { name: person.name || person.id })}
                onClick={() => onChange(people.filter(({ id }) => id !== person.id))}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
