/* Who is told of this offboarding. */
import { Checkbox, Field, Input, makeStyles, Radio, RadioGroup } from '@fluentui/react-components';
import { useController, useFormContext, useWatch } from 'react-hook-form';
import { t } from '../i18n/t';
import { channels, type Draft } from './draft';

const useStyles = makeStyles({
  chosen: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '8px',
    paddingInlineStart: '24px',
    maxWidth: '560px',
    '@media (max-width: 640px)': { paddingInlineStart: 0 },
  },
  channels: { display: 'flex', flexWrap: 'wrap', columnGap: '16px' },
});

export function NotifyFields() {
  const styles = useStyles();
  const { control, setValue, clearErrors } = useFormContext<Draft>();
  const { field } = useController({ control, name: 'notify' });
  const { field: to, fieldState } = useController({ control, name: 'emailTo' });
  const chosen = useWatch<Draft, 'channels'>({ name: 'channels' });
  return (
    <>
      <Field label={t('notify.label')}>
        <RadioGroup value={field.value} onChange={(_, { value }) => field.onChange(value)}>
          <Radio value="tenant" label={t('notify.tenant')} />
          <Radio value="chosen" label={t('notify.chosen')} />
        </RadioGroup>
      </Field>
      {field.value === 'chosen' && (
        <div className={styles.chosen}>
          <div className={styles.channels}>
            {channels.map((channel) => (
              <Checkbox
                key={channel}
                label={t(`notify.${channel}`)}
                checked={chosen[channel]}
                onChange={(_, { checked }) => setValue(`channels.${channel}`, checked === true)}
              />
            ))}
          </div>
          {chosen.email && (
            <Field
              label={t('options.optional', { label: t('notify.email_to') })}
              hint={t('notify.email_to_hint')}
              validationMessage={fieldState.error?.message}
              data-field="emailTo"
            >
              <Input
                value={to.value}
                onChange={(_, { value }) => {
                  to.onChange(value);
                  clearErrors('emailTo');
                }}
              />
            </Field>
          )}
        </div>
      )}
    </>
  );
}
