/* Who is leaving: one or many. */
import { Text } from '@fluentui/react-components';
import { Controller, useFormContext, useWatch } from 'react-hook-form';
import { t } from '../i18n/t';
import { usePageStyles } from '../ui/usePageStyles';
import type { Draft } from './draft';
import { PeoplePicker } from './PeoplePicker';

export function UserStep() {
  const page = usePageStyles();
  const { control, clearErrors } = useFormContext<Draft>();
  const tenant = useWatch({ control, name: 'tenant' });
  if (!tenant) return null;
  return (
    <div className={page.column}>
      <Controller
        control={control}
        name="users"
        render={({ field, fieldState }) => (
          <>
            <PeoplePicker
              label={t('users.label')}
              size="large"
              tenant={tenant.id}
              people={field.value}
              onChange={(people) => {
                field.onChange(people);
                clearErrors('users');
              }}
              error={fieldState.error?.message}
            />
            <Text className={page.quiet} role="status">
              {t('users.selected', { count: field.value.length })}
            </Text>
          </>
        )}
      />
    </div>
  );
}
