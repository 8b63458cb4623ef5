/* Fields of a form whose values are held by the page: label, help and what the server refused stand at each. */
import { Field, Input, makeStyles, Select, Switch, Textarea } from '@fluentui/react-components';
import { t } from '../i18n/t';

interface Common<T> {
  label: string;
  value: T;
  onChange(value: T): void;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
}

interface TextProps extends Common<string> {
  type?: 'text' | 'url' | 'email' | 'date';
  placeholder?: string;
}

export function TextField({ label, value, onChange, hint, error, required = false, ...more }: TextProps) {
  return (
    <Field label={label} hint={hint} validationMessage={error} required={required}>
      <Input {...more} value={value} onChange={(_, data) => onChange(data.value)} />
    </Field>
  );
}

export function LongTextField({ label, value, onChange, hint, error, required = false }: Common<string>) {
  return (
    <Field label={label} hint={hint} validationMessage={error} required={required}>
      <Textarea resize="vertical" value={value} onChange={(_, data) => onChange(data.value)} />
    </Field>
  );
}

/* A whole number; null while the field is empty. */
export function NumberField(props: Common<number | null>) {
  const { value, onChange, label, hint, error, required = false } = props;
  return (
    <Field label={label} hint={hint} validationMessage={error} required={required}>
      <Input
        inputMode="numeric"
        value={value === null ? '' : String(value)}
        onChange={(_, data) => {
          const digits = data.value.replace(/\D/g, '').slice(0, 9);
          onChange(digits === '' ? null : Number(digits));
        }}
      />
    </Field>
  );
}

/* What is stored is shown as stars by the server, and stays when they are sent back. */
export function SecretField({ label, value, onChange, hint, error, required = false }: Common<string>) {
  return (
    <Field label={label} hint={hint ?? t('form.secret_hint')} validationMessage={error} required={required}>
      <Input
        type="password"
        autoComplete="new-password"
        value={value}
        onFocus={(event) => event.target.select()}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}

interface ChoiceProps<T extends string> extends Common<T> {
  choices: readonly (readonly [value: T, label: string])[];
}

export function ChoiceField<T extends string>(props: ChoiceProps<T>) {
  const { label, value, onChange, choices, hint, error, required = false } = props;
  return (
    <Field label={label} hint={hint} validationMessage={error} required={required}>
      <Select value={value} onChange={(_, data) => onChange(data.value as T)}>
        {choices.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

const useStyles = makeStyles({
  /* In line with the fields above and below; the help stands under the label. */
  switch: { marginInlineStart: '-8px' },
  help: { paddingInlineStart: '52px', marginBlockStart: '-4px' },
});

export function SwitchField({ label, value, onChange, hint, error }: Common<boolean>) {
  const styles = useStyles();
  return (
    <Field hint={hint && { children: hint, className: styles.help }} validationMessage={error}>
      <Switch
        className={styles.switch}
        label={label}
        checked={value}
        onChange={(_, { checked }) => onChange(checked)}
      />
    </Field>
  );
}
