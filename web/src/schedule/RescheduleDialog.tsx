/* Another time for what has not started yet, one or many. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schedule } from '../api/schema';
import { t } from '../i18n/t';
import { ActionDialog } from '../ui/ActionDialog';
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
  const saving = useMutation({ mutationFn: () => save(scheduleOf(wall)), onSuccess: onClose });
  const mutate = () => {
    const found = wallProblems(wall, Date.now());
    setErrors(found);
    if (Object.keys(found).length === 0) saving.mutate();
  };
  return (
    <ActionDialog
      wide
      title={title}
      confirm={t('run.reschedule_confirm')}
      doing={{ ...saving, mutate }}
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
    </ActionDialog>
  );
}
