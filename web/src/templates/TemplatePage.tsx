/* One template: name, whom it is for, and the options. New ones and clones of others begin here too. */
import {
  Badge,
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
} from '@fluentui/react-components';
import { DocumentDismissRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import type { Tagged } from '../api/client';
import { asProblem } from '../api/problem';
import { catalogQuery, tenantsQuery } from '../api/queries';
import type { Catalog, Options, Template } from '../api/schema';
import { t } from '../i18n/t';
import { tasksOf } from '../options/words';
import { useMay } from '../session/useMay';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Empty } from '../ui/Empty';
import { FormGrid } from '../ui/FormGrid';
import { fieldErrors } from '../ui/fieldErrors';
import { ChoiceField, LongTextField, TextField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { SaveBar } from '../ui/SaveBar';
import { TextLink } from '../ui/TextLink';
import { useDraft } from '../ui/useDraft';
import { usePageStyles } from '../ui/usePageStyles';
import { addTemplate, deleteTemplate, saveTemplate, templateQuery } from './queries';

const OptionsForm = lazy(() => import('../options/OptionsForm'));

const useStyles = makeStyles({ tasks: { display: 'flex', flexWrap: 'wrap', gap: '8px' } });

const back = { to: '/templates', label: t('page.templates') };

interface Draft {
  name: string;
  description: string;
  tenant: string;
  options: Options;
}

const draftOf = (template: Template): Draft => ({
  name: template.name,
  description: template.description ?? '',
  tenant: template.tenant?.id ?? '',
  options: template.options,
});

export function TemplatePage() {
  const { template: id = '' } = useParams();
  const [params] = useSearchParams();
  const page = usePageStyles();
  const may = useMay();
  const from = id === 'new' ? (params.get('from') ?? '') : id;
  const read = useQuery({ ...templateQuery(from), enabled: from !== '' });
  const catalog = useQuery(catalogQuery);
  const error = read.error ?? catalog.error;

  if (read.isError && asProblem(read.error).status === 404)
    return (
      <Empty
        page
        icon={<DocumentDismissRegular />}
        title={t('template.not_found')}
        action={<TextLink to={back.to}>{t('template.to_all')}</TextLink>}
      />
    );
  if (error)
    return (
      <div className={page.page}>
        <PageHead title={t('template.one')} back={back} />
        <ProblemBar
          error={error}
          retry={() => {
            void read.refetch();
            void catalog.refetch();
          }}
        />
      </div>
    );
  if (!catalog.data || (from && !read.data))
    return (
      <div className={page.page}>
        <Loading rows={6} />
      </div>
    );
  if (!may('admin') && read.data) return <Look template={read.data.value} catalog={catalog.data} />;
  return <Edit key={id + from} id={id} read={read.data} catalog={catalog.data} />;
}

/* For those who may use it and not change it. */
function Look({ template, catalog }: { template: Template; catalog: Catalog }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <div className={page.page}>
      <PageHead title={template.name} back={back} lead={template.description} />
      <Panel title={t('template.does')} lead={template.tenant?.display_name ?? t('tenants_field.all')}>
        <ul className={styles.tasks}>
          {tasksOf(template.options, catalog).map((task) => (
            <li key={task}>
              <Badge appearance="tint" size="large">
                {task}
              </Badge>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

const nothing: Options = {};

function Edit({ id, read, catalog }: { id: string; read: Tagged<Template> | undefined; catalog: Catalog }) {
  const page = usePageStyles();
  const navigate = useNavigate();
  const client = useQueryClient();
  const isNew = id === 'new';
  const tenants = useQuery(tenantsQuery(''));
  const stored = useMemo((): Draft => {
    if (!read) return { name: '', description: '', tenant: '', options: nothing };
    const draft = draftOf(read.value);
    return isNew ? { ...draft, name: t('template.copy_of', { name: draft.name }) } : draft;
  }, [read, isNew]);
  const { draft, dirty, round, set, begin } = useDraft(stored, isNew);
  const [deleting, setDeleting] = useState(false);

  const save = useMutation({
    mutationFn: () => {
      const body = {
        name: draft.name.trim(),
        description: draft.description.trim() || null,
        tenant: draft.tenant || null,
        options: draft.options,
      };
      return isNew ? addTemplate(body) : saveTemplate(id, body, read?.tag ?? '');
    },
    onSuccess: (now) => {
      client.setQueryData(templateQuery(now.value.id).queryKey, now);
      void client.invalidateQueries({ queryKey: ['templates', 'list'] });
      if (isNew) navigate(`/templates/${now.value.id}`, { replace: true });
      else begin(draftOf(now.value));
    },
  });
  const errorAt = fieldErrors(save.error);
  const setOptions = useCallback((options: Options) => set({ options }), [set]);
  const chosen = tenants.data?.items.find((one) => one.id === draft.tenant);
  const tenant = useMemo(
    () => chosen ?? (read?.value.tenant && read.value.tenant.id === draft.tenant ? read.value.tenant : null),
    [chosen, read, draft.tenant],
  );
  const choices = [
    ['', t('tenants_field.all')] as const,
    ...(tenant && !chosen ? [[tenant.id, tenant.display_name ?? tenant.id] as const] : []),
    ...(tenants.data?.items ?? []).map((one) => [one.id, one.display_name] as const),
  ];
  const outdated = (!isNew && read?.value.warnings) || [];

  return (
    <div className={page.page}>
      <PageHead
        title={isNew ? t('template.new') : stored.name}
        back={back}
        actions={
          !isNew && (
            <>
              <Button onClick={() => navigate(`/templates/new?from=${id}`)}>{t('template.clone')}</Button>
              <Button onClick={() => setDeleting(true)}>{t('template.delete')}</Button>
            </>
          )
        }
      />
      {outdated.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('template.outdated_title')}</MessageBarTitle>{' '}
            {outdated.map(({ message }) => message).join(' ')}
          </MessageBarBody>
        </MessageBar>
      )}
      <Panel title={t('template.about')}>
        <FormGrid>
          <TextField
            label={t('template.name')}
            required
            value={draft.name}
            onChange={(name) => set({ name })}
            error={errorAt('/name')}
          />
          <ChoiceField
            label={t('template.for')}
            value={draft.tenant}
            choices={choices}
            hint={draft.tenant ? undefined : t('template.for_all_hint')}
            onChange={(value) => set({ tenant: value })}
            error={errorAt('/tenant')}
          />
        </FormGrid>
        <LongTextField
          label={t('template.description')}
          value={draft.description}
          onChange={(description) => set({ description })}
          error={errorAt('/description')}
        />
      </Panel>
      <Panel title={t('template.does')}>
        <Suspense fallback={<Loading rows={4} height={96} />}>
          <OptionsForm
            key={round}
            catalog={catalog}
            initial={draft.options}
            tenant={tenant}
            onChange={setOptions}
            refusal={save.error}
          />
        </Suspense>
      </Panel>
      <SaveBar
        sticky
        dirty={dirty}
        save={save}
        onReload={() =>
          void client
            .fetchQuery({ ...templateQuery(id), staleTime: 0 })
            .then((now) => begin(draftOf(now.value)))
        }
        {...(!isNew && { onDiscard: () => begin(stored) })}
        label={isNew ? t('template.add') : t('form.save')}
      />
      {deleting && (
        <ConfirmDialog
          title={t('template.delete_title', { name: stored.name })}
          body={t('template.delete_body')}
          confirm={t('template.delete')}
          action={() => deleteTemplate(id)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['templates', 'list'] });
            navigate(back.to);
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}
