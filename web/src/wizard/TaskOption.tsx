/* One task of the catalogue: on or off, what it does in a line, and what it needs to know when it is on. */
import { Badge, makeStyles, mergeClasses, Switch, Text, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { type FieldPath, useController, useFormContext, useWatch } from 'react-hook-form';
import type { Catalog, CatalogTask } from '../api/schema';
import { list } from '../i18n/format';
import { t } from '../i18n/t';
import { listed } from '../ui/facts';
import type { Draft } from './draft';
import { ParameterField } from './parameters/ParameterField';
import { excludedBy, isChosen } from './request';

/* Where the switch's label begins. */
const INDENT = '52px';

const useStyles = makeStyles({
  root: {
    boxSizing: 'border-box',
    minWidth: 0,
    padding: '8px 12px 12px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  chosen: {
    border: `1px solid ${tokens.colorBrandStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  open: { gridColumn: '1 / -1' },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '8px',
  },
  switch: { marginInlineStart: '-8px' },
  label: { fontWeight: tokens.fontWeightSemibold },
  badge: { '@media (max-width: 480px)': { marginInlineStart: INDENT, marginBlockEnd: '4px' } },
  help: { display: 'block', color: tokens.colorNeutralForeground3, paddingInlineStart: INDENT },
  reason: { display: 'block', color: tokens.colorPaletteDarkOrangeForeground1, paddingInlineStart: INDENT },
  wrong: { display: 'block', color: tokens.colorPaletteRedForeground1, paddingInlineStart: INDENT },
  parameters: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '16px',
    paddingBlockStart: '16px',
    paddingInlineStart: INDENT,
    '@media (max-width: 640px)': { paddingInlineStart: 0 },
  },
});

export function TaskOption({ catalog, task }: { catalog: Catalog; task: CatalogTask }) {
  const styles = useStyles();
  const helpId = useId();
  const { clearErrors, getFieldState, formState } = useFormContext<Draft>();
  const { field } = useController<Draft>({ name: `options.${task.id}.chosen` as FieldPath<Draft> });
  const options = useWatch<Draft, 'options'>({ name: 'options' });

  const chosen = (field.value as unknown) === true;
  const excluding = excludedBy({ options }, catalog, task);
  const disabled = excluding.length > 0 && !chosen;
  const fieldPath = `options.${task.id}` as FieldPath<Draft>;
  const error = getFieldState(fieldPath, formState).error?.message;
  const open = chosen && task.parameters.length > 0;

  return (
    <div
      className={mergeClasses(styles.root, chosen && styles.chosen, open && styles.open)}
      data-field={`options.${task.id}`}
    >
      <div className={styles.head}>
        <Switch
          className={styles.switch}
          label={{ children: task.label, className: styles.label }}
          checked={chosen}
          disabled={disabled}
          aria-describedby={helpId}
          onChange={(_, { checked }) => {
            field.onChange(checked);
            clearErrors(fieldPath);
            clearErrors('root.options');
          }}
        />
        {task.destructive && (
          <Badge appearance="tint" color="danger" className={styles.badge}>
            {t('options.destructive')}
          </Badge>
        )}
      </div>
      <div id={helpId}>
        <Text size={200} className={styles.help}>
          {task.help}
        </Text>
        {excluding.length > 0 && (
          <Text size={200} className={chosen ? styles.wrong : styles.reason}>
            {t('options.excluded', { tasks: list(excluding.map(({ label }) => label)) })}{' '}
            {reasonsOf(task, excluding)}
          </Text>
        )}
        {chosen && <Order catalog={catalog} task={task} options={options} />}
        {error && (
          <Text size={200} className={styles.wrong}>
            {error}
          </Text>
        )}
      </div>
      {open && (
        <fieldset aria-label={task.label} className={styles.parameters}>
          {task.parameters.map((parameter) => (
            <ParameterField
              key={parameter.id}
              task={task}
              parameter={parameter}
              variables={catalog.variables}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}

/* Each reason once. */
const reasonsOf = ({ conflict_reasons }: CatalogTask, excluding: CatalogTask[]) =>
  [...new Set(excluding.map(({ id }) => conflict_reasons[id]))].filter(Boolean).join(' ');

/* What it waits for, and what it depends on, among what is chosen. */
function Order({
  catalog,
  task,
  options,
}: {
  catalog: Catalog;
  task: CatalogTask;
  options: Draft['options'];
}) {
  const styles = useStyles();
  const labels = (ids: string[]) =>
    catalog.tasks.filter(({ id }) => ids.includes(id) && isChosen({ options }, id)).map(({ label }) => label);
  const needs = labels(task.needs);
  const after = labels(task.after.filter((id) => !task.needs.includes(id)));
  if (needs.length + after.length === 0) return null;
  return (
    <Text size={200} className={styles.help}>
      {needs.length > 0 && t('options.needs', { tasks: list(needs) })}{' '}
      {after.length > 0 && t('options.after', { tasks: listed(after) })}
    </Text>
  );
}
