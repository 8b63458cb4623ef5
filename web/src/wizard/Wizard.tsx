/* Four steps from a name to an offboarding. The step is in the address, the draft in this tab's storage, so that back,
 * forward and reload lose nothing. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Spinner,
  Text,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { FormProvider, useForm, useWatch } from 'react-hook-form';
import { useNavigate, useSearchParams } from 'react-router';
import { asProblem } from '../api/problem';
import { catalogQuery, preflightQuery, tenantsQuery } from '../api/queries';
import { usePage } from '../app/usePage';
import { list } from '../i18n/format';
import { t } from '../i18n/t';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { type Draft, emptyDraft, forgetDraft, loadDraft, saveDraft, tenantRef } from './draft';
import { ErrorSummary } from './ErrorSummary';
import { Footer } from './Footer';
import { putAtFields } from './problems';
import { type FieldProblem, fieldProblems, forgetKey, missingOf, optionsOf, stepOf } from './request';
import { type Step, Stepper, steps } from './Stepper';
import { TenantStep } from './TenantStep';
import { type LinkState, useDeepLink } from './useDeepLink';

/* Each step is fetched when it is near: the first page of the wizard shows without the weight of the others. */
const loadUserStep = async () => ({ default: (await import('./UserStep')).UserStep });
const loadOptionsStep = async () => ({ default: (await import('./OptionsStep')).OptionsStep });
const loadConfirmStep = async () => ({ default: (await import('./ConfirmStep')).ConfirmStep });
const UserStep = lazy(loadUserStep);
const OptionsStep = lazy(loadOptionsStep);
const ConfirmStep = lazy(loadConfirmStep);

function fetchSteps() {
  /* A step that cannot be fetched now is fetched again when it is opened. */
  void Promise.allSettled([loadUserStep(), loadOptionsStep(), loadConfirmStep()]);
}

/* How far the draft lets one go. */
function furthest(draft: Draft): Step {
  if (!draft.tenant) return 'tenant';
  if (draft.users.length === 0) return 'users';
  const anything = Object.values(draft.options).some(({ chosen }) => chosen);
  return anything && draft.when ? 'confirm' : 'options';
}

function useStep(draft: Draft): [Step, (step: Step) => void] {
  const [params, setParams] = useSearchParams();
  const asked = steps.find((step) => step === params.get('step')) ?? 'tenant';
  const limit = furthest(draft);
  const step = steps.indexOf(asked) > steps.indexOf(limit) ? limit : asked;
  return [step, (next) => setParams({ step: next })];
}

function leadOf(step: Step, { tenant, users }: Draft): string {
  const name = tenant?.display_name ?? '';
  switch (step) {
    case 'users':
      return t('users.lead', { tenant: name });
    case 'confirm':
      return t('confirm.lead', { count: users.length, tenant: name });
    default:
      return t(`${step}.lead`);
  }
}

export function Wizard() {
  const page = usePageStyles();
  const heading = usePage(t('wizard.title'), false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const form = useForm<Draft>({ defaultValues: loadDraft(), shouldFocusError: false });
  const draft = useWatch({ control: form.control }) as Draft;
  const [step, goTo] = useStep(draft);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [checking, setChecking] = useState(false);

  const link = useDeepLink(form, goTo);

  useEffect(() => saveDraft(draft), [draft]);
  useEffect(fetchSteps, []);

  /* With a single tenant there is nothing to choose. */
  const tenants = useQuery(tenantsQuery(''));
  const only =
    tenants.data?.items.length === 1 && !tenants.data.next_cursor ? tenants.data.items[0] : undefined;
  const skipped = useRef(false);
  useEffect(() => {
    if (!only || link.busy || skipped.current || form.getValues('tenant')) return;
    skipped.current = true;
    form.setValue('tenant', tenantRef(only));
    goTo('users');
  }, [only, link.busy, form, goTo]);

  /* Each step begins at its heading; on arrival at the wizard too. */
  const arrived = useRef<Step | null>(null);
  useEffect(() => {
    if (arrived.current !== step) heading.current?.focus();
    arrived.current = step;
  }, [step, heading]);

  const show = (found: FieldProblem[]) => {
    form.clearErrors();
    putAtFields(form.setError, found);
    setProblems(found);
  };

  const move = (to: Step) => {
    show([]);
    goTo(to);
    window.scrollTo({ top: 0 });
  };

  const refused = (found: FieldProblem[]) => {
    const earliest = steps.find((one) => found.some(({ path }) => stepOf(path) === one)) ?? 'options';
    goTo(earliest);
    show(found);
  };

  /* The server checks the options with the first user; its other objections are for the confirmation to show. Null
   * when the session has ended meanwhile: then this step stays until somebody has signed in. */
  const checkOptions = async (): Promise<FieldProblem[] | null> => {
    const catalog = await client.ensureQueryData(catalogQuery);
    const now = form.getValues();
    const missing = missingOf(now, catalog, Date.now());
    const [first] = now.users;
    if (missing.length || !first || !now.tenant) return missing;
    try {
      const read = await client.fetchQuery(preflightQuery(now.tenant.id, first.id, optionsOf(now, catalog)));
      return read.conflicts.map(({ tasks, message }) => ({ path: `options.${tasks[0] ?? ''}`, message }));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401) return null;
      return problem.status === 422 ? fieldProblems(problem.errors) : [];
    }
  };

  const next = async () => {
    if (step === 'tenant') {
      if (draft.tenant) move('users');
      else show([{ path: 'tenant', message: t('tenant.missing') }]);
    } else if (step === 'users') {
      if (draft.users.length) move('options');
      else show([{ path: 'users', message: t('users.missing') }]);
    } else if (!checking) {
      setChecking(true);
      const found = await checkOptions().catch(() => []);
      setChecking(false);
      if (found?.length) show(found);
      else if (found) move('confirm');
    }
  };

  const back = () => {
    const before = steps[steps.indexOf(step) - 1];
    if (before) move(before);
  };

  const discard = () => {
    forgetDraft();
    forgetKey();
    form.reset(emptyDraft());
    navigate('/offboardings');
  };

  if (link.busy)
    return (
      <div className={page.page}>
        <Loading label={t('wizard.link_reading')} />
      </div>
    );
  return (
    <FormProvider {...form}>
      <div className={page.page}>
        <div className={page.head}>
          <Text as="h1" size={600} weight="semibold">
            {t('wizard.title')}
          </Text>
          <Discard onDiscard={discard} />
        </div>
        <Stepper current={step} goTo={move} />
        <div>
          <Text as="h2" size={500} weight="semibold" block ref={heading} tabIndex={-1}>
            {t(`wizard.step.${step}`)}
          </Text>
          <Text className={page.quiet}>{leadOf(step, draft)}</Text>
        </div>
        <LinkNotes link={link} />
        <ErrorSummary problems={problems} />
        <Suspense fallback={<Loading />}>
          {step === 'tenant' && (
            <div className={page.panel} data-field="tenant">
              <TenantStep />
            </div>
          )}
          {step === 'users' && (
            <div className={page.panel} data-field="users">
              <UserStep />
            </div>
          )}
          {step === 'options' && (
            <div className={page.panel}>
              <OptionsStep />
            </div>
          )}
          {step === 'confirm' ? (
            <ConfirmStep back={back} refused={refused} />
          ) : (
            <Footer
              back={step === 'tenant' ? null : back}
              primary={
                <Button
                  appearance="primary"
                  size="large"
                  disabledFocusable={checking}
                  icon={checking ? <Spinner size="tiny" /> : undefined}
                  onClick={() => void next()}
                >
                  {t('action.next')}
                </Button>
              }
            />
          )}
        </Suspense>
      </div>
    </FormProvider>
  );
}

/* What became of the address that one came by. */
function LinkNotes({ link: { unknown, error, restore } }: { link: LinkState }) {
  return (
    <>
      {error !== null && <ProblemBar error={error} title={t('wizard.link_failed')} />}
      {unknown.length > 0 && (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>{t('wizard.link_unknown', { names: list(unknown) })}</MessageBarBody>
        </MessageBar>
      )}
      {restore && (
        <MessageBar intent="info">
          <MessageBarBody>{t('wizard.link_new')}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={restore}>
              {t('wizard.link_restore')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
    </>
  );
}

function Discard({ onDiscard }: { onDiscard: () => void }) {
  const page = usePageStyles();
  return (
    <Dialog>
      <DialogTrigger disableButtonEnhancement>
        <Button appearance="subtle" className={page.flushEnd}>
          {t('wizard.discard')}
        </Button>
      </DialogTrigger>
      <DialogSurface className={page.dialog}>
        <DialogBody>
          <DialogTitle>{t('wizard.discard_title')}</DialogTitle>
          <DialogContent>{t('wizard.discard_body')}</DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement>
              <Button appearance="primary">{t('wizard.keep')}</Button>
            </DialogTrigger>
            <Button onClick={onDiscard}>{t('wizard.discard')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
