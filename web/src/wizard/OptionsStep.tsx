/* What should happen: the catalogue's tasks by phase, begun from the tenant's defaults, and when. */
import { Badge, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { catalogQuery, defaultsQuery, templatesQuery } from '../api/queries';
import type { Catalog } from '../api/schema';
import { t } from '../i18n/t';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { choicesFrom, type Draft } from './draft';
import { NotifyFields } from './NotifyFields';
import { isChosen } from './request';
import { Source } from './Source';
import { type Section, sectionOf } from './sections';
import { sourceOptions } from './source';
import { TaskOption } from './TaskOption';
import { WhenFields } from './WhenFields';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '28px' },
  section: { display: 'flex', flexDirection: 'column', rowGap: '12px', minWidth: 0 },
  heading: { display: 'flex', alignItems: 'center', columnGap: '8px' },
  phase: { display: 'flex', flexDirection: 'column', rowGap: '8px', minWidth: 0 },
  phaseName: { color: tokens.colorNeutralForeground3 },
  tasks: {
    display: 'grid',
    gap: '12px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  },
  wrong: { color: tokens.colorPaletteRedForeground1 },
});

export function OptionsStep() {
  const styles = useStyles();
  const catalog = useQuery(catalogQuery);
  const { setValue, getValues } = useFormContext<Draft>();
  const [tenant, options, source] = useWatch<Draft, ['tenant', 'options', 'source']>({
    name: ['tenant', 'options', 'source'],
  });
  /* A tenant without defaults, or defaults that cannot be read, must not stop the work: then nothing is preset. */
  const of = { enabled: tenant !== null, retry: false };
  const defaults = useQuery({ ...defaultsQuery(tenant?.id ?? ''), ...of });
  const templates = useQuery({ ...templatesQuery(tenant?.id ?? ''), ...of });
  const tasks = catalog.data?.tasks;
  const preset = sourceOptions(source, defaults.data, templates.data?.items);
  const initial = useMemo(() => choicesFrom(tasks ?? [], preset), [tasks, preset]);
  const settled = !catalog.isPending && !defaults.isPending && !templates.isPending;
  const complete = Object.keys(initial).every((id) => options[id]);

  /* Fields are shown once every task has its choice: a field that is there first would count as one. */
  useEffect(() => {
    if (settled && !complete) setValue('options', { ...initial, ...getValues('options') });
  }, [settled, complete, initial, getValues, setValue]);

  if (catalog.isError) return <ProblemBar error={catalog.error} retry={() => void catalog.refetch()} />;
  if (!settled || !complete || !catalog.data) return <Loading rows={5} height={96} />;
  return (
    <div className={styles.root}>
      <Source
        catalog={catalog.data}
        initial={initial}
        tenant={tenant?.display_name ?? ''}
        defaults={defaults.data}
        templates={templates.data?.items ?? []}
      />
      <Options catalog={catalog.data} options={options} />
    </div>
  );
}

interface Props {
  catalog: Catalog;
  options: Draft['options'];
}

function Options({ catalog, options }: Props) {
  const styles = useStyles();
  const { formState } = useFormContext<Draft>();
  const noneChosen = (formState.errors.root as Record<string, { message?: string }> | undefined)?.options
    ?.message;

  return (
    <>
      {noneChosen && <Text className={styles.wrong}>{noneChosen}</Text>}
      <div className={styles.root} data-field="options">
        {(['settings', 'access'] as const).map((section) => (
          <TaskSection key={section} section={section} catalog={catalog} options={options} />
        ))}
      </div>
      <section className={styles.section} aria-labelledby="when-title">
        <Text as="h3" size={500} weight="semibold" id="when-title">
          {t('options.section.when')}
        </Text>
        <WhenFields />
        <NotifyFields />
      </section>
    </>
  );
}

interface SectionProps {
  section: Section;
  catalog: Catalog;
  options: Draft['options'];
}

/* One section, its tasks by phase. */
function TaskSection({ section, catalog, options }: SectionProps) {
  const styles = useStyles();
  const tasks = catalog.tasks.filter((task) => sectionOf(task, catalog) === section);
  const count = tasks.filter(({ id }) => isChosen({ options }, id)).length;
  return (
    <section className={styles.section} aria-labelledby={`section-${section}`}>
      <div className={styles.heading}>
        <Text as="h3" size={500} weight="semibold" id={`section-${section}`}>
          {t(`options.section.${section}`)}
        </Text>
        {count > 0 && (
          <Badge appearance="tint" color="brand">
            {t('options.chosen', { count })}
          </Badge>
        )}
      </div>
      {catalog.phases.map((phase) => {
        const inPhase = tasks.filter((task) => task.phase === phase.id);
        if (inPhase.length === 0) return null;
        return (
          <div key={phase.id} className={styles.phase}>
            <Text as="h4" weight="semibold" className={styles.phaseName}>
              {phase.label}
            </Text>
            <div className={styles.tasks}>
              {inPhase.map((task) => (
                <TaskOption key={task.id} catalog={catalog} task={task} />
              ))}
            </div>
          </div>
        );
      })}
    </section>
  );
}
