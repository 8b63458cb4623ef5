/* Another time for what has not started yet, one or many. */
import type { Schedule } from '../api/schema';
import { t } from '../i18n/t';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { ScheduleFields } from './ScheduleFields';
import { useWallTime } from './useWallTime';
import { scheduleOf, wallOf } from './zone';

interface Props {
  title: string;
  /* The time it has now. */
  from?: Schedule | null;
  onClose: () => void;
  save: (schedule: Schedule) => Promise<unknown>;
}

export function RescheduleDialog({ title, from, onClose, save }: Props) {
  const { wall, check, fields } = useWallTime(from ? wallOf(from) : undefined);
  return (
    <ConfirmDialog
      wide
      title={title}
      confirm={t('run.reschedule_confirm')}
      check={check}
      action={() => save(scheduleOf(wall))}
      onClose={onClose}
    >
      <ScheduleFields {...fields} />
    </ConfirmDialog>
  );
}
