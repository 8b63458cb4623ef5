import type { EmailSettings } from '../../api/schema';
import { t } from '../../i18n/t';
import { AddressesField } from '../../ui/AddressesField';
import { FormGrid } from '../../ui/FormGrid';
import { ChoiceField, SwitchField, TextField } from '../../ui/fields';
import { EventsField } from './EventsField';
import { PrivateField } from './PrivateField';

interface Props {
  value: EmailSettings;
  onChange(value: EmailSettings): void;
  errorAt(pointer: string): string | undefined;
}

const ways = [
  ['graph', t('notify.via.graph')],
  ['smtp', t('notify.via.smtp')],
] as const;

export function EmailForm({ value, onChange, errorAt }: Props) {
  const set = (change: Partial<EmailSettings>) => onChange({ ...value, ...change });
  const via = value.via ?? 'graph';
  const listed = (value.to ?? []).findIndex((_, at) => errorAt(`/to/${at}`));
  return (
    <>
      <SwitchField
        label={t('notify.email_enabled')}
        value={value.enabled ?? false}
        onChange={(enabled) => set({ enabled })}
        error={errorAt('/enabled')}
      />
      <ChoiceField
        label={t('notify.via')}
        value={via}
        choices={ways}
        hint={t(`notify.via.${via}_hint`)}
        onChange={(way) => set({ via: way })}
        error={errorAt('/via')}
      />
      <FormGrid>
        <TextField
          label={t('notify.from')}
          type="email"
          value={value.from ?? ''}
          hint={via === 'graph' ? t('notify.from_graph') : t('notify.from_smtp')}
          onChange={(from) => set({ from: from.trim() || null })}
          error={errorAt('/from')}
        />
        {via === 'graph' && (
          <TextField
            label={t('notify.from_tenant')}
            value={value.tenant ?? ''}
            hint={t('notify.from_tenant_hint')}
            onChange={(tenant) => set({ tenant: tenant.trim() || null })}
            error={errorAt('/tenant')}
          />
        )}
      </FormGrid>
      <AddressesField
        label={t('notify.to')}
        hint={t('form.one_a_line')}
        value={value.to ?? []}
        onChange={(to) => set({ to })}
        error={errorAt('/to') ?? (listed < 0 ? undefined : errorAt(`/to/${listed}`))}
      />
      <SwitchField
        label={t('notify.to_manager')}
        value={value.to_manager ?? false}
        onChange={(on) => set({ to_manager: on })}
      />
      <SwitchField
        label={t('notify.to_requester')}
        hint={t('notify.to_requester_hint')}
        value={value.to_requester ?? false}
        onChange={(on) => set({ to_requester: on })}
      />
      <EventsField
        value={value.events ?? []}
        onChange={(events) => set({ events })}
        error={errorAt('/events')}
      />
      <PrivateField
        value={value.private}
        onChange={(on) => set({ private: on })}
        error={errorAt('/private')}
      />
    </>
  );
}
