/* What an offboarding of this tenant begins with: options or a template, who is protected, where mail may be forwarded
 * to, and who is told. */
import { Field, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useParams } from 'react-router';
import type { Tagged } from '../api/client';
import { catalogQuery, rowsOf } from '../api/queries';
import type { Catalog, Defaults, Options, ProtectedUsers, Tenant, TenantNotify } from '../api/schema';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { templateListQuery } from '../templates/queries';
import { AddressesField } from '../ui/AddressesField';
import { FormGrid } from '../ui/FormGrid';
import { fieldErrors } from '../ui/fieldErrors';
import { ChoiceField, NumberField, SwitchField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { NotAllowed } from '../ui/NotAllowed';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { SaveBar } from '../ui/SaveBar';
import { useDraft } from '../ui/useDraft';
import { usePageStyles } from '../ui/usePageStyles';
import type { Person } from '../wizard/draft';
import { CompanyField } from './CompanyField';
import { defaultsTagQuery, protectedUsersQuery, saveDefaults, tenantQuery } from './queries';

const OptionsForm = lazy(() => import('../options/OptionsForm'));
const PeoplePicker = lazy(async () => ({ default: (await import('../wizard/PeoplePicker')).PeoplePicker }));

export function DefaultsPage() {
  const { tenant: id = '' } = useParams();
  const page = usePageStyles();
  const may = useMay();
  const tenant = useQuery(tenantQuery(id));
  const defaults = useQuery(defaultsTagQuery(id));
  const people = useQuery(protectedUsersQuery(id));
  const catalog = useQuery(catalogQuery);
  const reads = [tenant, defaults, catalog];
  const broken = reads.find((one) => one.isError);
  if (!may('admin')) return <NotAllowed />;
  if (broken)
    return (
      <div className={page.page}>
        <PageHead title={t('tenant.defaults')} back={{ to: '/tenants', label: t('page.tenants') }} />
        <ProblemBar error={broken.error} retry={() => void broken.refetch()} />
      </div>
    );
  if (!tenant.data || !defaults.data || !catalog.data || people.isPending)
    return (
      <div className={page.page}>
        <Loading rows={6} />
      </div>
    );
  return (
    <Edit
      key={id}
      tenant={tenant.data.value}
      read={defaults.data}
      people={people.data}
      catalog={catalog.data}
    />
  );
}

interface Props {
  tenant: Tenant;
  read: Tagged<Defaults>;
  /* Missing when the directory could not be asked: then the ids stand for the names. */
  people: Pick<ProtectedUsers, 'items'> | undefined;
  catalog: Catalog;
}

function peopleOf(defaults: Defaults, people: Pick<ProtectedUsers, 'items'> | undefined): Person[] {
  const known = new Map(people?.items.map((one) => [one.id, one]));
  return defaults.protected_users.map((id) => ({
    id,
    name: known.get(id)?.display_name ?? id,
    address: known.get(id)?.user_principal_name ?? '',
  }));
}

function Edit({ tenant, read, people, catalog }: Props) {
  const page = usePageStyles();
  const client = useQueryClient();
  const may = useMay();
  const query = defaultsTagQuery(tenant.id);
  const { draft, dirty, round, set, begin } = useDraft(read.value);
  const [guarded, setGuarded] = useState(() => peopleOf(read.value, people));
  const templates = useInfiniteQuery(templateListQuery('', tenant.id));
  const offered = rowsOf(templates.data);

  const beginAnew = (now: Defaults) => {
    begin(now);
    setGuarded(peopleOf(now, people));
  };
  const save = useMutation({
    mutationFn: () => saveDefaults(tenant.id, draft, read.tag),
    onSuccess: (now) => {
      client.setQueryData(query.queryKey, now);
      void client.invalidateQueries({ queryKey: ['tenant', tenant.id, 'protected'] });
      void client.invalidateQueries({ queryKey: ['defaults'] });
      begin(now.value);
    },
  });
  const errorAt = fieldErrors(save.error);
  const setOptions = useCallback((options: Options) => set({ options }), [set]);
  const setNotify = (change: Partial<TenantNotify>) => set({ notify: { ...draft.notify, ...change } });

  return (
    <div className={page.page}>
      <PageHead
        title={t('defaults.title', { tenant: tenant.display_name })}
        lead={t('tenant.defaults_lead')}
        back={{ to: `/tenants/${tenant.id}`, label: tenant.display_name }}
      />
      <Panel title={t('defaults.safety')}>
        <Suspense fallback={<Loading rows={1} />}>
          <PeoplePicker
            label={t('defaults.protected')}
            hint={t('defaults.protected_hint')}
            tenant={tenant.id}
            people={guarded}
            onChange={(now) => {
              setGuarded(now);
              set({ protected_users: now.map((person) => person.id) });
            }}
            error={errorAt('/protected_users')}
          />
        </Suspense>
        <SwitchField
          label={t('defaults.external')}
          hint={t('defaults.external_hint')}
          value={draft.allow_external_forwarding}
          onChange={(allow) => set({ allow_external_forwarding: allow })}
        />
      </Panel>
      <Panel title={t('defaults.notify')} lead={t('defaults.notify_lead')}>
        <FormGrid>
          {(['webhook', 'email', 'psa'] as const).map((channel) => (
            <ChoiceField
              key={channel}
              label={t(`delivery.channel.${channel}`)}
              value={draft.notify[channel] === undefined ? '' : draft.notify[channel] ? 'on' : 'off'}
              choices={[
                ['', t('defaults.as_settings')],
                ['on', t('notify.state.on')],
                ['off', t('notify.state.off')],
              ]}
              onChange={(value) => {
                const { [channel]: _, ...rest } = draft.notify;
                set({ notify: value ? { ...rest, [channel]: value === 'on' } : rest });
              }}
            />
          ))}
        </FormGrid>
        <AddressesField
          label={t('notify.to')}
          hint={t('defaults.to_hint')}
          value={draft.notify.email_to ?? []}
          onChange={(to) => setNotify({ email_to: to })}
          error={
            errorAt('/notify/email_to') ??
            draft.notify.email_to?.map((_, at) => errorAt(`/notify/email_to/${at}`)).find(Boolean)
          }
        />
        {may('whole') ? (
          <CompanyField
            value={draft.notify.psa_company ?? null}
            onChange={(company) => setNotify({ psa_company: company })}
            error={errorAt('/notify/psa_company')}
          />
        ) : (
          <NumberField
            label={t('defaults.company')}
            value={draft.notify.psa_company ?? null}
            onChange={(company) => setNotify({ psa_company: company })}
            error={errorAt('/notify/psa_company')}
          />
        )}
      </Panel>
      <Panel title={t('defaults.options')} lead={t('defaults.options_lead')}>
        <Field label={t('defaults.from')}>
          <RadioGroup
            className={page.choices}
            value={draft.template ? 'template' : 'own'}
            onChange={(_, { value }) => {
              if (value === 'own') set({ template: null });
              else set({ template: offered[0]?.id ?? null, options: {} });
            }}
          >
            <Radio value="own" label={t('defaults.own')} />
            <Radio
              value="template"
              label={t('defaults.template')}
              disabled={offered.length === 0 && !draft.template}
            />
          </RadioGroup>
        </Field>
        {offered.length === 0 && templates.isSuccess && (
          <Text size={200} className={page.quiet}>
            {t('defaults.no_template')}
          </Text>
        )}
        {draft.template ? (
          <ChoiceField
            label={t('defaults.template')}
            value={draft.template}
            choices={offered.map(({ id, name }) => [id, name] as const)}
            onChange={(template) => set({ template })}
            error={errorAt('/template')}
          />
        ) : (
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
        )}
      </Panel>
      <SaveBar
        sticky
        dirty={dirty}
        save={save}
        onDiscard={() => beginAnew(read.value)}
        onReload={() =>
          void client.fetchQuery({ ...query, staleTime: 0 }).then((now) => beginAnew(now.value))
        }
      />
    </div>
  );
}
