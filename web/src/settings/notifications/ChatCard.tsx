/* A message as a chat service lays it out, simply. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { t } from '../../i18n/t';
import { Facts } from '../../ui/Facts';
import { usePageStyles } from '../../ui/usePageStyles';
import type { Card } from './card';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '12px',
    padding: '16px',
    overflowWrap: 'anywhere',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderLeft: `4px solid ${tokens.colorBrandStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  list: { margin: 0, paddingInlineStart: '20px' },
  links: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  link: {
    padding: '4px 12px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    fontWeight: tokens.fontWeightSemibold,
  },
});

export function ChatCard({ card }: { card: Card }) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a message in a page
    <div role="group" aria-label={t('notify.as_shown')}>
      {card.above && <Text block>{card.above}</Text>}
      <div className={styles.card}>
        <Text weight="semibold" size={400} className={page.wrap}>
          {card.title}
        </Text>
        {card.summary.map((line) => (
          <Text key={line} block>
            {line}
          </Text>
        ))}
        {card.facts.length > 0 && <Facts facts={card.facts} />}
        {card.problems.length > 0 && (
          <ul className={styles.list}>
            {card.problems.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {card.links.length > 0 && (
          /* Buttons there; here they would lead to an offboarding that never was. */
          <div className={styles.links}>
            {card.links.map((label) => (
              <span key={label} className={styles.link}>
                {label}
              </span>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
