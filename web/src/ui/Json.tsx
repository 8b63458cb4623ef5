/* Something as it travelled, for those who look closely. */
import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  root: {
    margin: 0,
    padding: '12px',
    maxHeight: '420px',
    overflow: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
});

export function Json({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    /* Scrolls by itself, so it must be reached by the keyboard. */
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has the focus
    <section className={useStyles().root} tabIndex={0} aria-label={label}>
      {text}
    </section>
  );
}
