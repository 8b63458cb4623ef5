/* One action for many, one after the other; who could not be helped is named with the reason. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Text,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { cancelOffboarding, rescheduleOffboarding, retryOffboarding } from '../api/offboardings';
import { asProblem } from '../api/problem';
import type { OffboardingSummary, Schedule } from '../api/schema';
import { t } from '../i18n/t';
import { ScheduleFields } from '../schedule/ScheduleFields';
import { useWallTime } from '../schedule/useWallTime';
import { scheduleOf } from '../schedule/zone';
import { eachOf } from '../ui/eachOf';
import { listed } from '../ui/facts';
import { usePageStyles } from '../ui/usePageStyles';
import { type BulkAction, fitting } from './bulk';

const AT_ONCE = 4;

const useStyles = makeStyles({
  bullets: { paddingInlineStart: '20px', listStyleType: 'disc', marginTop: '4px' },
});

const calls: Record<BulkAction, (id: string, schedule: Schedule) => Promise<unknown>> = {
  cancel: (id) => cancelOffboarding(id),
  retry: (id) => retryOffboarding(id),
  reschedule: (id, schedule) => rescheduleOffboarding(id, schedule),
};

interface Props {
  action: BulkAction;
  /* Those that it is not for are left alone. */
  rows: OffboardingSummary[];
  onClose: () => void;
  onDone?: () => void;
}

export function BulkDialog({ action, rows, onClose, onDone }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  /* Whom it is for is settled when it is asked for: rows move while it runs. */
  const [meant] = useState(() => fitting(rows, action));
  const [done, setDone] = useState(0);
  const { wall, check, fields } = useWallTime();

  const doing = useMutation({
    mutationFn: async () => {
      setDone(0);
      const answers = await eachOf(
        meant,
        AT_ONCE,
        async (row) => {
          try {
            await calls[action](row.id, scheduleOf(wall));
            return null;
          } catch (error) {
            return { row, message: asProblem(error).message };
          }
        },
        setDone,
      );
      return answers.filter((answer) => answer !== null);
    },
    onSuccess: (failures) => {
      void client.invalidateQueries({ queryKey: ['offboardings'] });
      if (failures.length) return;
      onClose();
      onDone?.();
    },
  });

  const begin = () => {
    if (action !== 'reschedule' || check()) doing.mutate();
  };

  return (
    <Dialog open onOpenChange={(_, { open }) => open || doing.isPending || onClose()}>
      <DialogSurface className={mergeClasses(page.dialog, action === 'reschedule' && page.wideDialog)}>
        <DialogBody>
          <DialogTitle>{t(`bulk.${action}_title`, { count: meant.length })}</DialogTitle>
          <DialogContent className={page.column}>
            <Text className={page.wrap}>{listed(meant.map(({ user }) => user.display_name))}</Text>
            <Text>{t(`bulk.${action}_body`)}</Text>
            {action === 'reschedule' && <ScheduleFields {...fields} />}
            {doing.isPending && (
              <Field hint={t('bulk.progress', { done, count: meant.length })}>
                <ProgressBar value={done / meant.length} aria-label={t('action.working')} />
              </Field>
            )}
            {doing.data && doing.data.length > 0 && (
              <MessageBar intent="error" layout="multiline" role="alert">
                <MessageBarBody>
                  <MessageBarTitle>
                    {t('bulk.failed', { count: doing.data.length, all: meant.length })}
                  </MessageBarTitle>
                  <ul className={styles.bullets}>
                    {doing.data.map(({ row, message }) => (
                      <li key={row.id}>{`${row.user.display_name}: ${message}`}</li>
                    ))}
                  </ul>
                </MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button disabledFocusable={doing.isPending} onClick={onClose}>
              {t('action.close')}
            </Button>
            <Button appearance="primary" disabledFocusable={doing.isPending} onClick={begin}>
              {doing.isPending ? t('action.working') : t(`bulk.${action}`, { count: meant.length })}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
