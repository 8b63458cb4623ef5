/* The options of an offboarding outside the wizard: the same tasks with the same fields, for templates and for the
 * defaults of a tenant. */
import { Badge, makeStyles, Text } from '@fluentui/react-components';
import { useEffect } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { asProblem } from '../api/problem';
import type { Catalog, Options, TenantRef } from '../api/schema';
import { t } from '../i18n/t';
import { choicesFrom, type Draft, emptyDraft } from '../wizard/draft';
import { fieldProblems, isChosen, optionsOf } from '../wizard/request';
import { TaskOption } from '../wizard/TaskOption';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '24px' },
  section: { display: 'flex', flexDirection: 'column', rowGap: '12px', minWidth: 0 },
  heading: { display: 'flex', alignItems: 'center', columnGap: '8px' },
  tasks: {
    display: 'grid',
    gap: '12px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  },
});

interface Props {
  catalog: Catalog;
  /* What the form begins with. */
  initial: Options;
  /* Whose people can be chosen; without one, only the manager. */
  tenant: TenantRef | null;
  onChange(options: Options): void;
  /* The error with which the server refused what is here. */
  refusal: unknown;
}

export default function OptionsForm({ catalog, initial, tenant, onChange, refusal }: Props) {
  const styles = useStyles();
  const form = useForm<Draft>({
    defaultValues: { ...emptyDraft(), tenant, options: choicesFrom(catalog.tasks, initial) },
  });
  useEffect(() => form.setValue('tenant', tenant), [form, tenant]);
  useEffect(() => {
    const watching = form.watch((draft, { name }) => {
      if (name?.startsWith('options')) onChange(optionsOf(draft as Draft, catalog));
    });
    return () => watching.unsubscribe();
  }, [form, catalog, onChange]);
  useEffect(() => {
    if (!refusal) return;
    for (const { path, message } of fieldProblems(asProblem(refusal).errors))
      form.setError(path as 'options', { message });
  }, [form, refusal]);
  const options = form.watch('options');

  return (
    <FormProvider {...form}>
      <div className={styles.root}>
        {catalog.phases.map((phase) => {
          const tasks = catalog.tasks.filter((task) => task.phase === phase.id);
          if (tasks.length === 0) return null;
          const count = tasks.filter(({ id }) => isChosen({ options }, id)).length;
          return (
            <section key={phase.id} className={styles.section} aria-labelledby={`phase-${phase.id}`}>
              <div className={styles.heading}>
                <Text as="h3" size={400} weight="semibold" id={`phase-${phase.id}`}>
                  {phase.label}
                </Text>
                {count > 0 && (
                  <Badge appearance="tint" color="brand">
                    {t('options.chosen', { count })}
                  </Badge>
                )}
              </div>
              <div className={styles.tasks}>
                {tasks.map((task) => (
                  <TaskOption key={task.id} catalog={catalog} task={task} />
                ))}
              </div>
            </section>
          );
        })}
      </div>
    </FormProvider>
  );
}
