/* Another time for what has not started yet, one or many. */
import { useState } from 'react';
import type { Schedule } from '../api/schema';
import { t } from '../i18n/t';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { ScheduleFields } from './ScheduleFields';
import { here, scheduleOf, type WallTime, wallOf, wallProblems } from './zone';

interface Props {
  title: string;
  /* The time it has now. */
  from?: Schedule | null;
  onClose: () => void;
  save: (schedule: Schedule) => Promise<unknown>;
}

export function RescheduleDialog({ title, from, onClose, save }: Props) {
  const [wall, setWall] = useState<WallTime>(() =>
    from ? wallOf(from) : { date: '', time: '', zone: here },
  );
  const [errors, setErrors] = useState<Partial<Record<keyof WallTime, string>>>({});
  const check = () => {
    const found = wallProblems(wall, Date.now());
    setErrors(found);
    return Object.keys(found).length === 0;
  };
  return (
    <ConfirmDialog
      wide
      title={title}
      confirm={t('run.reschedule_confirm')}
      check={check}
      action={() => save(scheduleOf(wall))}
      onClose={onClose}
    >
      <ScheduleFields
        value={wall}
        errors={errors}
        onChange={(name, value) => {
          setWall({ ...wall, [name]: value });
          setErrors({ ...errors, [name]: undefined });
        }}
      />
    </ConfirmDialog>
  );
}
