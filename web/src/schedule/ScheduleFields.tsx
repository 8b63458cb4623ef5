/* Date, time and zone, and the instant that they mean. */
import { Field, Input, makeStyles, Select, Text, tokens } from '@fluentui/react-components';
import { useMemo } from 'react';
import { dateTimeIn } from '../i18n/format';
import { t } from '../i18n/t';
import { here, resolveWall, type WallTime, zones } from './zone';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '8px', minWidth: 0 },
  fields: {
    display: 'grid',
    gap: '16px',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 180px), 1fr))',
  },
  help: { color: tokens.colorNeutralForeground3 },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  /* The longest name of a zone is wider than a phone. */
  zone: { minWidth: 0 },
});

interface Props {
  value: WallTime;
  onChange: (name: keyof WallTime, value: string) => void;
  errors: Partial<Record<keyof WallTime, string | undefined>>;
}

export function ScheduleFields({ value, onChange, errors }: Props) {
  const styles = useStyles();
  const known = useMemo(() => zones(here), []);
  const wall = resolveWall(value.date, value.time, value.zone);
  return (
    <div className={styles.root}>
      <div className={styles.fields}>
        <Field label={t('when.date')} required validationMessage={errors.date} data-field="date">
          <Input type="date" value={value.date} onChange={(_, data) => onChange('date', data.value)} />
        </Field>
        <Field label={t('when.time')} required validationMessage={errors.time} data-field="time">
          <Input type="time" value={value.time} onChange={(_, data) => onChange('time', data.value)} />
        </Field>
        <Field
          label={t('when.zone')}
          required
          validationMessage={errors.zone}
          data-field="zone"
          className={styles.zone}
        >
          <Select
            className={styles.zone}
            select={{ className: styles.zone }}
            value={value.zone}
            onChange={(_, data) => onChange('zone', data.value)}
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
            {t('when.skipped', { time: dateTimeIn(wall.at, value.zone) })}
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
