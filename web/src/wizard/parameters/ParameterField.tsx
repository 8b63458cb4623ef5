/* One field for each type of parameter that the catalogue knows; a new task needs no change here. */
import { Checkbox, Field, Input, Select } from '@fluentui/react-components';
import { type ComponentType, lazy, Suspense } from 'react';
import { type FieldPath, useController, useFormContext, useWatch } from 'react-hook-form';
import type { Catalog, CatalogParameter, CatalogTask } from '../../api/schema';
import { t } from '../../i18n/t';
import { Loading } from '../../ui/Loading';
import type { Draft, ParameterValue, Person } from '../draft';

const PeoplePicker = lazy(async () => ({ default: (await import('../PeoplePicker')).PeoplePicker }));
const HtmlEditor = lazy(() => import('../editor/HtmlEditor'));

interface FieldProps {
  parameter: CatalogParameter;
  label: string;
  value: ParameterValue | undefined;
  onChange: (value: ParameterValue) => void;
  error: string | undefined;
  variables: Catalog['variables'];
}

const asText = (value: ParameterValue | undefined) => (typeof value === 'string' ? value : '');

function People({ parameter, label, value, onChange, error }: FieldProps) {
  const tenant = useWatch<Draft, 'tenant'>({ name: 'tenant' });
  const people: Person[] = Array.isArray(value) ? value : [];
  return (
    <Suspense fallback={<Loading rows={1} height={48} />}>
      <PeoplePicker
        label={label}
        tenant={tenant?.id ?? ''}
        people={people}
        onChange={onChange}
        single={parameter.type === 'user'}
        manager
        required={parameter.required}
        hint={parameter.help}
        error={error}
      />
    </Suspense>
  );
}

function Html({ parameter, label, value, onChange, error, variables }: FieldProps) {
  return (
    <Suspense fallback={<Loading rows={1} height={96} />}>
      <HtmlEditor
        label={label}
        help={parameter.help}
        required={parameter.required}
        value={asText(value)}
        onChange={onChange}
        error={error}
        variables={variables}
      />
    </Suspense>
  );
}

function YesNo({ parameter, label, value, onChange, error }: FieldProps) {
  return (
    <Field hint={parameter.help} validationMessage={error}>
      <Checkbox
        label={label}
        checked={value === true}
        onChange={(_, { checked }) => onChange(checked === true)}
      />
    </Field>
  );
}

function OneOf({ parameter, label, value, onChange, error }: FieldProps) {
  return (
    <Field label={label} hint={parameter.help} required={parameter.required} validationMessage={error}>
      <Select value={asText(value)} onChange={(_, data) => onChange(data.value)}>
        {!value && <option value="">{t('options.no_choice')}</option>}
        {parameter.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function Group({ parameter, label, value, onChange, error }: FieldProps) {
  return (
    <Field
      label={label}
      hint={parameter.help || t('options.group_hint')}
      required={parameter.required}
      validationMessage={error}
    >
      <Input value={asText(value)} onChange={(_, data) => onChange(data.value.trim())} />
    </Field>
  );
}

const fields: Record<CatalogParameter['type'], ComponentType<FieldProps>> = {
  user: People,
  users: People,
  html: Html,
  boolean: YesNo,
  choice: OneOf,
  group: Group,
};

interface Props {
  task: CatalogTask;
  parameter: CatalogParameter;
  variables: Catalog['variables'];
}

export function ParameterField({ task, parameter, variables }: Props) {
  const path = `options.${task.id}.parameters.${parameter.id}`;
  const name = path as FieldPath<Draft>;
  const { clearErrors } = useFormContext<Draft>();
  const { field, fieldState } = useController<Draft>({ name });
  const Chosen = fields[parameter.type];
  if (!Chosen) return null;
  const optional = !parameter.required && parameter.type !== 'boolean' && parameter.type !== 'choice';
  return (
    <div data-field={path}>
      <Chosen
        parameter={parameter}
        label={optional ? t('options.optional', { label: parameter.label }) : parameter.label}
        value={field.value as ParameterValue | undefined}
        onChange={(value) => {
          field.onChange(value);
          clearErrors(name);
        }}
        error={fieldState.error?.message}
        variables={variables}
      />
    </div>
  );
}
