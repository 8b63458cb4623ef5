/* Where one is in the wizard. A list, because that is what it is; steps that are done can be gone back to. */
import { Button, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { CheckmarkFilled } from '@fluentui/react-icons';
import { t } from '../i18n/t';

export const steps = ['tenant', 'users', 'options', 'confirm'] as const;
export type Step = (typeof steps)[number];

const useStyles = makeStyles({
  list: {
    display: 'flex',
    columnGap: '8px',
    /* Only the bars are seen there, not the room around them in which one taps. */
    '@media (max-width: 820px)': { columnGap: '4px', marginBottom: '-12px' },
  },
  item: { flex: '1 1 0', minWidth: 0 },
  step: {
    boxSizing: 'border-box',
    width: '100%',
    minWidth: 0,
    minHeight: '44px',
    padding: '10px 4px 4px',
    justifyContent: 'flex-start',
    columnGap: '8px',
    borderRadius: 0,
    border: 'none',
    borderTop: `3px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: 'transparent',
    color: tokens.colorNeutralForeground3,
    display: 'flex',
    alignItems: 'center',
    fontWeight: tokens.fontWeightRegular,
  },
  reached: { borderTopColor: tokens.colorBrandStroke1, color: tokens.colorNeutralForeground2 },
  current: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  label: { '@media (max-width: 820px)': { display: 'none' } },
  mark: {
    flexShrink: 0,
    display: 'inline-grid',
    placeItems: 'center',
    width: '24px',
    height: '24px',
    borderRadius: '50%',
    fontSize: '13px',
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    boxSizing: 'border-box',
    '@media (max-width: 820px)': { display: 'none' },
  },
  markReached: {
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    border: '1px solid transparent',
  },
  small: { display: 'none', '@media (max-width: 820px)': { display: 'block' } },
  root: { display: 'flex', flexDirection: 'column', rowGap: '6px' },
  thin: { '@media (max-width: 820px)': { minHeight: '24px', paddingTop: '0' } },
});

interface Props {
  current: Step;
  goTo: (step: Step) => void;
}

export function Stepper({ current, goTo }: Props) {
  const styles = useStyles();
  const at = steps.indexOf(current);
  return (
    <nav aria-label={t('wizard.steps')} className={styles.root}>
      <Text size={200} className={styles.small}>
        {t('wizard.step_of', { step: at + 1, total: steps.length })}
      </Text>
      <ol className={styles.list}>
        {steps.map((step, index) => {
          const label = t(`wizard.step.${step}`);
          const done = index < at;
          const look = mergeClasses(
            styles.step,
            styles.thin,
            index <= at && styles.reached,
            index === at && styles.current,
          );
          const inside = (
            <>
              <span className={mergeClasses(styles.mark, index <= at && styles.markReached)} aria-hidden>
                {done ? <CheckmarkFilled /> : index + 1}
              </span>
              <span className={styles.label}>{label}</span>
            </>
          );
          return (
            <li key={step} className={styles.item} aria-current={index === at ? 'step' : undefined}>
              {done ? (
                <Button
                  appearance="transparent"
                  className={look}
                  aria-label={`${label}, ${t('wizard.step_done')}`}
                  onClick={() => goTo(step)}
                >
                  {inside}
                </Button>
              ) : (
                <span className={look}>{inside}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
