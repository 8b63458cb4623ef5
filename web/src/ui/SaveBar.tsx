/* The end of a form: save, take back what was not saved, and what became of it. */
import { Button, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons';
import { asProblem } from '../api/problem';
import { t } from '../i18n/t';
import { ProblemBar } from './ProblemBar';
import { usePageStyles } from './usePageStyles';

const useStyles = makeStyles({
  sticky: {
    position: 'sticky',
    bottom: 0,
    zIndex: 5,
    paddingBlock: '12px',
    backgroundColor: tokens.colorNeutralBackground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  saved: { display: 'inline-flex', alignItems: 'center', columnGap: '6px' },
  icon: { color: tokens.colorPaletteGreenForeground1, fontSize: '20px', display: 'inline-flex' },
});

/* The mutation that saves the form. */
export interface Saving {
  isPending: boolean;
  isSuccess: boolean;
  error: unknown;
  mutate(): void;
  reset(): void;
}

interface Props {
  save: Saving;
  dirty: boolean;
  onDiscard?(): void;
  /* Reads what somebody else has stored meanwhile. */
  onReload?(): void;
  label?: string;
  /* Stays in sight below a long form. */
  sticky?: boolean;
}

export function SaveBar({ save, dirty, onDiscard, onReload, label, sticky }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const problem = save.error ? asProblem(save.error) : null;
  /* What was said of what stood there no longer holds. */
  const anew = (begin: () => void) => () => {
    save.reset();
    begin();
  };
  return (
    <div className={mergeClasses(page.column, sticky && styles.sticky)}>
      {problem && (
        <ProblemBar error={problem} title={t('form.refused')}>
          {problem.status === 412 && onReload && (
            <div>
              <Button size="small" onClick={anew(onReload)}>
                {t('form.reload')}
              </Button>
            </div>
          )}
        </ProblemBar>
      )}
      <div className={page.row}>
        <Button
          appearance="primary"
          disabledFocusable={save.isPending || !dirty}
          onClick={() => save.mutate()}
        >
          {save.isPending ? t('form.saving') : (label ?? t('form.save'))}
        </Button>
        {dirty && onDiscard && (
          <Button appearance="subtle" disabledFocusable={save.isPending} onClick={anew(onDiscard)}>
            {t('form.discard')}
          </Button>
        )}
        <span role="status" className={styles.saved}>
          {save.isSuccess && !dirty && (
            <>
              <span className={styles.icon} aria-hidden>
                <CheckmarkCircleFilled />
              </span>
              <Text>{t('form.saved')}</Text>
            </>
          )}
        </span>
      </div>
    </div>
  );
}
