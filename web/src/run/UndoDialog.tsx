/* The plan of an undo, read from the tenant as it is now; what is ticked is taken back. */
import { Checkbox, MessageBar, MessageBarBody, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { undoOffboarding, undoPlanQuery, useOffboardingsChanged } from '../api/offboardings';
import type { Offboarding, PlannedTask } from '../api/schema';
import { t, words } from '../i18n/t';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { listed } from '../ui/facts';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column' },
  task: { display: 'block', borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  label: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  detail: { color: tokens.colorNeutralForeground3 },
  stays: { paddingInlineStart: '20px', listStyleType: 'disc' },
});

function detailOf({ items = [], expected, reason }: PlannedTask): string {
  const unusual = expected !== 'will_run' ? t(`confirm.expected.${expected}`) : '';
  return [
    listedOrNothing(items.map(({ name, id }) => name || id)),
    unusual,
    reason ? words('code', reason) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

const listedOrNothing = (names: string[]) => (names.length ? listed(names) : '');

export function UndoDialog({ shown, onClose }: { shown: Offboarding; onClose: () => void }) {
  const styles = useStyles();
  const page = usePageStyles();
  const read = useQuery(undoPlanQuery(shown.id));
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const plan = read.data?.plan ?? [];
  const chosen = plan.filter(({ task }) => !left.has(task)).map(({ task }) => task);
  const changed = useOffboardingsChanged();

  const toggle = (task: string, on: boolean) => {
    const next = new Set(left);
    if (on) next.delete(task);
    else next.add(task);
    setLeft(next);
  };

  return (
    <ConfirmDialog
      wide
      title={t('run.undo_title', { name: shown.user.display_name })}
      body={t('run.undo_body')}
      confirm={t('run.undo_confirm', { count: chosen.length })}
      ready={Boolean(read.data?.possible) && chosen.length > 0}
      action={() => undoOffboarding(shown.id, chosen)}
      onDone={changed}
      onClose={onClose}
    >
      {read.isPending && <Loading rows={3} label={t('run.undo_reading')} />}
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.data && !read.data.possible && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('run.undo_impossible')}</MessageBarBody>
        </MessageBar>
      )}
      {plan.length > 0 && (
        <ul className={styles.list} aria-label={t('run.undo_plan')}>
          {plan.map((planned) => (
            <li key={planned.task} className={styles.task}>
              <Checkbox
                checked={!left.has(planned.task)}
                onChange={(_, { checked }) => toggle(planned.task, checked === true)}
                label={{
                  children: (
                    <span className={styles.label}>
                      {planned.label}
                      <Text size={200} className={styles.detail}>
                        {detailOf(planned)}
                      </Text>
                    </span>
                  ),
                }}
              />
            </li>
          ))}
        </ul>
      )}
      {read.data && read.data.stays.length > 0 && (
        <div className={page.wrap}>
          <Text weight="semibold">{t('run.undo_stays')}</Text>
          <ul className={styles.stays}>
            {read.data.stays.map(({ task, label }) => (
              <li key={task}>{label}</li>
            ))}
          </ul>
        </div>
      )}
    </ConfirmDialog>
  );
}
