/* What should happen: the catalogue's tasks by phase, begun from the tenant's defaults, and when. */
import { Badge, Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { catalogQuery, defaultsQuery } from '../api/queries';
import type { Catalog } from '../api/schema';
import { t } from '../i18n/t';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { choicesFrom, countChanges, type Draft } from './draft';
import { isChosen } from './request';
import { TaskOption } from './TaskOption';
import { WhenFields } from './WhenFields';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '28px' },
  section: { display: 'flex', flexDirection: 'column', rowGap: '12px', minWidth: 0 },
  heading: { display: 'flex', alignItems: 'center', columnGap: '8px' },
  tasks: {
    display: 'grid',
    gap: '12px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  },
  defaults: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '12px', rowGap: '4px' },
  wrong: { color: tokens.colorPaletteRedForeground1 },
});

export function OptionsStep() {
  const styles = useStyles();
  const catalog = useQuery(catalogQuery);
  const tenant = useWatch<Draft, 'tenant'>({ name: 'tenant' });
  /* A tenant without defaults, or defaults that cannot be read, must not stop the work: then nothing is preset. */
  const defaults = useQuery({ ...defaultsQuery(tenant?.id ?? ''), enabled: tenant !== null, retry: false });
  if (catalog.isError) return <ProblemBar error={catalog.error} retry={() => void catalog.refetch()} />;
  if (catalog.isPending || defaults.isPending) return <Loading rows={5} height={96} />;
  return (
    <div className={styles.root}>
      <Options
        catalog={catalog.data}
        preset={defaults.data?.options ?? {}}
        tenant={tenant?.display_name ?? ''}
      />
    </div>
  );
}

function Options({
  catalog,
  preset,
  tenant,
}: {
  catalog: Catalog;
  preset: Record<string, unknown>;
  tenant: string;
}) {
  const styles = useStyles();
  const page = usePageStyles();
  const { setValue, getValues, formState } = useFormContext<Draft>();
  const options = useWatch<Draft, 'options'>({ name: 'options' });
  const initial = useMemo(() => choicesFrom(catalog.tasks, preset), [catalog, preset]);

  useEffect(() => {
    const known = getValues('options');
    if (Object.keys(initial).some((id) => !known[id])) setValue('options', { ...initial, ...known });
  }, [initial, getValues, setValue]);

  const changed = countChanges(options, initial);
  const hasPreset = Object.values(initial).some(({ chosen }) => chosen);
  const noneChosen = (formState.errors.root as Record<string, { message?: string }> | undefined)?.options
    ?.message;

  return (
    <>
      {hasPreset && (
        <div className={styles.defaults}>
          <Text className={page.quiet}>
            {changed
              ? t('options.changed', { tenant, count: changed })
              : t('options.from_defaults', { tenant })}
          </Text>
          {changed > 0 && (
            <Button size="small" onClick={() => setValue('options', initial)}>
              {t('options.reset')}
            </Button>
          )}
        </div>
      )}
      {noneChosen && <Text className={styles.wrong}>{noneChosen}</Text>}
      <div className={styles.root} data-field="options">
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
      <section className={styles.section} aria-labelledby="when-title">
        <Text as="h3" size={400} weight="semibold" id="when-title">
          {t('when.title')}
        </Text>
        <WhenFields />
      </section>
    </>
  );
}
