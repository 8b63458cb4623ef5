/* Which events an endpoint is told of. */
import { Checkbox, Field, makeStyles } from '@fluentui/react-components';
import type { NotificationEvent } from '../../api/schema';
import { t } from '../../i18n/t';
import { events } from './endpoints';

const useStyles = makeStyles({
  grid: {
    marginInlineStart: '-8px',
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 200px), 1fr))',
  },
});

interface Props {
  value: NotificationEvent[];
  onChange(value: NotificationEvent[]): void;
  error?: string | undefined;
}

export function EventsField({ value, onChange, error }: Props) {
  const styles = useStyles();
  const set = (event: NotificationEvent, on: boolean) =>
    onChange(events.filter((one) => (one === event ? on : value.includes(one))));
  return (
    <Field label={t('notify.events')} validationMessage={error}>
      {/* biome-ignore lint/a11y/useSemanticElements: the field names its child, which a fieldset would do again */}
      <div role="group" className={styles.grid}>
        {events.map((event) => (
          <Checkbox
            key={event}
            label={t(`event.${event}`)}
            checked={value.includes(event)}
            onChange={(_, { checked }) => set(event, checked === true)}
          />
        ))}
      </div>
    </Field>
  );
}
