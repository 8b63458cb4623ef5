/* The PSA's fields, each kind with its own. */
import { Text } from '@fluentui/react-components';
import type { Key } from '../../i18n/en';
import { t } from '../../i18n/t';
import { FormGrid } from '../../ui/FormGrid';
import { ChoiceField, NumberField, SecretField, SwitchField, TextField } from '../../ui/fields';
import { usePageStyles } from '../../ui/usePageStyles';
import { EventsField } from './EventsField';
import { newPsa, type Psa, type PsaKind } from './endpoints';
import { PrivateField } from './PrivateField';

interface Props {
  value: Psa | null;
  onChange(value: Psa | null): void;
  errorAt(pointer: string): string | undefined;
}

type PsaField = Extract<Key, `psa.field.${string}`> extends `psa.field.${infer Name}` ? Name : never;

interface Row {
  name: PsaField;
  type: 'text' | 'url' | 'secret' | 'number';
  hint?: string;
  required?: boolean;
}

const rows: Record<PsaKind, Row[]> = {
  halopsa: [
    { name: 'auth_url', type: 'url', required: true, hint: t('psa.hint.auth_url') },
    { name: 'resource_url', type: 'url', required: true, hint: t('psa.hint.resource_url') },
    { name: 'client_id', type: 'text', required: true },
    { name: 'client_secret', type: 'secret', required: true },
    { name: 'tickettype_id', type: 'number', required: true },
    { name: 'priority_id', type: 'number' },
    { name: 'outcome_id', type: 'number' },
    { name: 'closed_status_id', type: 'number' },
  ],
  connectwise: [
    { name: 'url', type: 'url', required: true, hint: t('psa.hint.connectwise') },
    { name: 'company_id', type: 'text', required: true },
    { name: 'public_key', type: 'text', required: true },
    { name: 'private_key', type: 'secret', required: true },
    { name: 'client_id', type: 'text', required: true },
    { name: 'board_id', type: 'number', required: true },
    { name: 'priority_id', type: 'number' },
    { name: 'status', type: 'text' },
    { name: 'closed_status', type: 'text' },
  ],
  autotask: [
    { name: 'url', type: 'url', required: true, hint: t('psa.hint.autotask') },
    { name: 'user', type: 'text', required: true },
    { name: 'password', type: 'secret', required: true },
    { name: 'integration_code', type: 'secret', required: true },
    { name: 'queue_id', type: 'number', required: true },
    { name: 'ticket_type', type: 'number' },
    { name: 'priority', type: 'number' },
    { name: 'status', type: 'number' },
    { name: 'closed_status', type: 'number' },
    { name: 'note_type', type: 'number' },
    { name: 'publish', type: 'number' },
  ],
};

const kinds = ['none', 'halopsa', 'connectwise', 'autotask'] as const;
const closes = ['finished', 'always', 'never'] as const;

export function PsaForm({ value, onChange, errorAt }: Props) {
  return (
    <>
      <ChoiceField
        label={t('psa.kind')}
        value={value?.kind ?? 'none'}
        choices={kinds.map((kind) => [kind, t(`psa.kind.${kind}`)] as const)}
        onChange={(kind) => onChange(kind === 'none' ? null : newPsa(kind))}
        error={errorAt('/kind')}
      />
      {value && <Fields value={value} onChange={onChange} errorAt={errorAt} />}
    </>
  );
}

function Fields({ value, onChange, errorAt }: Props & { value: Psa }) {
  const page = usePageStyles();
  const set = (change: Partial<Psa>) => onChange({ ...value, ...change } as Psa);
  const values = value as unknown as Record<string, string | number | null | undefined>;
  return (
    <>
      <SwitchField
        label={t('notify.enabled')}
        value={value.enabled ?? true}
        onChange={(enabled) => set({ enabled })}
      />
      <FormGrid>
        {rows[value.kind].map((row) => (
          <OneField
            key={row.name}
            row={row}
            value={values[row.name]}
            onChange={(now) => set({ [row.name]: now } as Partial<Psa>)}
            error={errorAt(`/${row.name}`)}
          />
        ))}
        <NumberField
          label={t('psa.default_company')}
          hint={t('psa.default_company_hint')}
          value={value.default_company ?? null}
          onChange={(company) => set({ default_company: company })}
          error={errorAt('/default_company')}
        />
      </FormGrid>
      <Text size={200} className={page.quiet}>
        {t('psa.numbers_hint')}
      </Text>
      <ChoiceField
        label={t('psa.close')}
        value={value.close ?? 'finished'}
        choices={closes.map((close) => [close, t(`psa.close.${close}`)] as const)}
        onChange={(close) => set({ close })}
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

interface OneProps {
  row: Row;
  value: string | number | null | undefined;
  onChange(value: string | number | null): void;
  error: string | undefined;
}

function OneField({ row: { name, type, hint, required = false }, value, onChange, error }: OneProps) {
  const label = t(`psa.field.${name}`);
  if (type === 'number')
    return (
      <NumberField
        label={label}
        required={required}
        value={typeof value === 'number' && value > 0 ? value : null}
        /* The server takes no null where a number is needed: it says what is missing. */
        onChange={(now) => onChange(required ? (now ?? 0) : now)}
        error={error}
      />
    );
  const text = typeof value === 'string' ? value : '';
  if (type === 'secret')
    return <SecretField label={label} required={required} value={text} onChange={onChange} error={error} />;
  return (
    <TextField
      label={label}
      required={required}
      type={type}
      value={text}
      hint={hint}
      onChange={(now) => onChange(now.trim() || (required ? '' : null))}
      error={error}
    />
  );
}
