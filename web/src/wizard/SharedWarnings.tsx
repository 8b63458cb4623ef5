/* The warnings of many users, each once, with one tick for everybody it is about. */
import { Checkbox, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { t } from '../i18n/t';
import { listed } from '../ui/facts';
import { usePageStyles } from '../ui/usePageStyles';
import type { Person } from './draft';
import { type SharedWarning, tickOf } from './request';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
  warning: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    borderRadius: tokens.borderRadiusMedium,
    paddingInlineEnd: '8px',
  },
  missed: { outline: `2px solid ${tokens.colorPaletteRedBorder2}` },
  text: { color: tokens.colorNeutralForeground1, display: 'flex', flexDirection: 'column' },
});

interface Props {
  shared: SharedWarning[];
  people: Person[];
  ticks: ReadonlySet<string>;
  onTick: (ticks: string[], on: boolean) => void;
  showMissed: boolean;
}

export function SharedWarnings({ shared, people, ticks, onTick, showMissed }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (
    <section className={page.panel} aria-labelledby="shared-title">
      <Text as="h3" weight="semibold" id="shared-title">
        {t('confirm.warnings_all')}
      </Text>
      <ul className={styles.list}>
        {shared.map(({ warning, users }) => {
          const own = users.map((user) => tickOf(user, warning));
          const ticked = own.filter((tick) => ticks.has(tick)).length;
          return (
            <li
              key={own[0]}
              data-tick={own.find((tick) => !ticks.has(tick))}
              className={mergeClasses(styles.warning, showMissed && ticked < own.length && styles.missed)}
            >
              <Checkbox
                checked={ticked === own.length ? true : ticked ? 'mixed' : false}
                label={{
                  className: styles.text,
                  children: (
                    <>
                      <span>{warning.message}</span>
                      <Text size={200} className={page.quiet}>
                        {t('confirm.warning_of', {
                          count: users.length,
                          names: listed(users.map((user) => names.get(user) ?? user)),
                        })}
                      </Text>
                    </>
                  ),
                }}
                onChange={(_, { checked }) => onTick(own, checked === true)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
