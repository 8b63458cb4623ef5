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
import { useMemo } from 'react';
import { type FieldPath, useController, useFormContext, useWatch } from 'react-hook-form';
import { dateTimeIn } from '../i18n/format';
import { t } from '../i18n/t';
import { type Draft, here } from './draft';
import { resolveWall, zones } from './zone';

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gap: '16px',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 180px), 1fr))',
  },
  two: {
    display: 'grid',
    gap: '16px',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
  },
  indent: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '8px',
    paddingInlineStart: '32px',
    '@media (max-width: 640px)': { paddingInlineStart: 0 },
  },
  help: { color: tokens.colorNeutralForeground3 },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  radio: { display: 'flex', flexDirection: 'column' },
  /* The longest name of a zone is wider than a phone. */
  zone: { minWidth: 0 },
});

function useText(name: 'date' | 'time' | 'zone' | 'reference' | 'reason') {
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

function ScheduleFields() {
  const styles = useStyles();
  const date = useText('date');
  const at = useText('time');
  const zone = useText('zone');
  const known = useMemo(() => zones(here), []);
  const wall = resolveWall(date.value, at.value, zone.value);
  return (
    <div className={styles.indent}>
      <div className={styles.fields}>
        <Field label={t('when.date')} required validationMessage={date.error} data-field="date">
          <Input type="date" value={date.value} onChange={date.onChange} />
        </Field>
        <Field label={t('when.time')} required validationMessage={at.error} data-field="time">
          <Input type="time" value={at.value} onChange={at.onChange} />
        </Field>
        <Field
          label={t('when.zone')}
          required
          validationMessage={zone.error}
          data-field="zone"
          className={styles.zone}
        >
          <Select
            className={styles.zone}
            select={{ className: styles.zone }}
            value={zone.value}
            onChange={zone.onChange}
          >
            {known.map((name) => (
              <option key={name} value={name}>
                {name === here ? t('when.here', { zone: name }) : name}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <div role="status">
        {wall && (
          <Text size={200} className={styles.help}>
            {t('when.instant', {
              local: dateTimeIn(wall.at, here),
              utc: `${dateTimeIn(wall.at, 'UTC')} UTC`,
            })}
          </Text>
        )}{' '}
        {wall?.kind === 'skipped' && (
          <Text size={200} className={styles.caution}>
            {t('when.skipped', { time: dateTimeIn(wall.at, zone.value) })}
          </Text>
        )}
        {wall?.kind === 'twice' && (
          <Text size={200} className={styles.caution}>
            {t('when.twice')}
          </Text>
        )}
      </div>
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
      {when === 'schedule' && <ScheduleFields />}
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
