import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { Fact } from './facts';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: '12px 16px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 140px), 1fr))',
  },
  label: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  value: { overflowWrap: 'anywhere' },
  long: { '@media (min-width: 641px)': { gridColumn: 'span 2' } },
});

/* More characters than this take the room of two. */
const LONG = 48;

export function Facts({ facts, empty }: { facts: Fact[]; empty?: string }) {
  const styles = useStyles();
  if (facts.length === 0) return empty ? <Text>{empty}</Text> : null;
  return (
    <dl className={styles.list}>
      {facts.map(({ id, label, value }) => (
        <div key={id} className={value.length > LONG ? styles.long : undefined}>
          <dt className={styles.label}>{label}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
