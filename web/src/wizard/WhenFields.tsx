/* Now or later, and why. Nothing is preselected. */
import {
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Select,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { type FieldPath, useController, useFormContext, useWatch } from 'react-hook-form';
import { t } from '../i18n/t';
import { ScheduleFields } from '../schedule/ScheduleFields';
import type { Draft } from './draft';

const useStyles = makeStyles({
  two: {
    display: 'grid',
    gap: '16px',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
  },
  remind: { maxWidth: '280px' },
  indent: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '16px',
    paddingInlineStart: '32px',
    '@media (max-width: 640px)': { paddingInlineStart: 0 },
  },
  help: { color: tokens.colorNeutralForeground3 },
  radio: { display: 'flex', flexDirection: 'column' },
});

function useText(name: 'reference' | 'reason') {
  const { clearErrors } = useFormContext<Draft>();
  const { field, fieldState } = useController<Draft, typeof name>({ name });
  return {
    value: field.value,
    error: fieldState.error?.message,
    onChange: (_: unknown, { value }: { value: string }) => {
      field.onChange(value);
      clearErrors(name);
    },
  };
}

const MINUTES = { minutes: 1, hours: 60, days: 24 * 60 } as const;
const REMINDERS: [keyof typeof MINUTES, number][] = [
  ['minutes', 30],
  ['hours', 1],
  ['hours', 4],
  ['days', 1],
  ['days', 3],
];

function Schedule() {
  const styles = useStyles();
  const { setValue, clearErrors, formState } = useFormContext<Draft>();
  const [date, time, zone, remind] = useWatch<Draft, ['date', 'time', 'zone', 'remind']>({
    name: ['date', 'time', 'zone', 'remind'],
  });
  const { errors } = formState;
  return (
    <div className={styles.indent}>
      <ScheduleFields
        value={{ date, time, zone }}
        onChange={(name, value) => {
          setValue(name, value);
          clearErrors(name);
        }}
        errors={{
          date: errors.date?.message,
          time: errors.time?.message,
          zone: errors.zone?.message,
        }}
      />
      <Field label={t('when.remind')} className={styles.remind}>
        <Select value={remind} onChange={(_, { value }) => setValue('remind', value)}>
          <option value="">{t('when.remind_never')}</option>
          {REMINDERS.map(([unit, count]) => (
            <option key={unit + count} value={count * MINUTES[unit]}>
              {t(`when.remind_${unit}`, { count })}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

export function WhenFields() {
  const styles = useStyles();
  const { control, clearErrors } = useFormContext<Draft>();
  const { field, fieldState } = useController({ control, name: 'when' });
  const when = useWatch({ control, name: 'when' });
  const reference = useText('reference');
  const reason = useText('reason');

  const radio = (label: string, help: string) => ({
    children: (
      <span className={styles.radio}>
        {label}
        <Text size={200} className={styles.help}>
          {help}
        </Text>
      </span>
    ),
  });

  return (
    <>
      <Field label={t('when.label')} required validationMessage={fieldState.error?.message} data-field="when">
        <RadioGroup
          value={when}
          onChange={(_, { value }) => {
            field.onChange(value);
            clearErrors(['when', 'date', 'time', 'zone'] satisfies FieldPath<Draft>[]);
          }}
        >
          <Radio value="now" label={radio(t('when.now'), t('when.now_help'))} />
          <Radio value="schedule" label={radio(t('when.schedule'), t('when.schedule_help'))} />
        </RadioGroup>
      </Field>
      {when === 'schedule' && <Schedule />}
      <div className={styles.two}>
        <Field
          label={t('options.optional', { label: t('when.reference') })}
          hint={t('when.reference_help')}
          validationMessage={reference.error}
          data-field="reference"
        >
          <Input value={reference.value} maxLength={200} onChange={reference.onChange} />
        </Field>
        <Field
          label={t('options.optional', { label: t('when.reason') })}
          validationMessage={reason.error}
          data-field="reason"
        >
          <Textarea value={reason.value} maxLength={2000} rows={2} onChange={reason.onChange} />
        </Field>
      </div>
    </>
  );
}
