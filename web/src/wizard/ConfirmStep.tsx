/* The last look: everything is read once more for every user, and the button says what will happen. */
import {
  Button,
  Checkbox,
  Link as FluentLink,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Text,
} from '@fluentui/react-components';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { useNavigate } from 'react-router';
import { createOffboardings } from '../api/offboardings';
import { asProblem } from '../api/problem';
import { catalogQuery, meQuery, preflightQuery } from '../api/queries';
import type { Catalog } from '../api/schema';
import { dateTimeIn, list } from '../i18n/format';
import { t } from '../i18n/t';
import { resolveWall } from '../schedule/zone';
import { useMay } from '../session/useMay';
import { Announcer } from '../ui/Announcer';
import { Facts } from '../ui/Facts';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { channels, type Draft, forgetDraft, type Person } from './draft';
import { Footer } from './Footer';
import { Deletion, Override } from './Guards';
import { rememberTenant } from './recentTenants';
import {
  acknowledgedCodes,
  chosenTasks,
  deletionPhrase,
  deletions,
  type FieldProblem,
  fieldProblems,
  forgetKey,
  idempotencyKey,
  isLiftable,
  optionsOf,
  type Review,
  requestOf,
  reviewOf,
  sharedWarnings,
  tickOf,
} from './request';
import { SharedWarnings } from './SharedWarnings';
import { UserReview } from './UserReview';

const useStyles = makeStyles({
  bullets: { paddingInlineStart: '20px', listStyleType: 'disc', marginTop: '4px' },
  links: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    rowGap: '4px',
    marginTop: '4px',
  },
});

/* More users than this begin folded. */
const OPEN_UP_TO = 3;

interface Props {
  back: () => void;
  /* Called when the server refuses something that was chosen on an earlier step. */
  refused: (problems: FieldProblem[]) => void;
}

export function ConfirmStep(props: Props) {
  const catalog = useQuery(catalogQuery);
  if (catalog.isError) return <ProblemBar error={catalog.error} retry={() => void catalog.refetch()} />;
  if (catalog.isPending) return <Loading />;
  return <Confirm catalog={catalog.data} {...props} />;
}

function Confirm({ catalog, back, refused }: Props & { catalog: Catalog }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const { setValue, getValues } = useFormContext<Draft>();
  const draft = useWatch<Draft>() as Draft;
  /* Apart, because of the whole draft every part is another one after every change. */
  const choices = useWatch<Draft, 'options'>({ name: 'options' });
  const people = useWatch<Draft, 'users'>({ name: 'users' });
  const ticks = useMemo(() => new Set(draft.acknowledged), [draft.acknowledged]);
  const [complaint, setComplaint] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [onlyOpen, setOnlyOpen] = useState(false);

  const tenant = draft.tenant?.id ?? '';
  const options = useMemo(() => optionsOf({ options: choices }, catalog), [choices, catalog]);
  const reads = useQueries({ queries: people.map(({ id }) => preflightQuery(tenant, id, options)) });

  const reviews = new Map<string, Review>();
  people.forEach((person, at) => {
    const data = reads[at]?.data;
    if (data) reviews.set(person.id, reviewOf(data));
  });
  const shared = sharedWarnings(reviews);
  const blockers = [...reviews.values()].flatMap((review) => review.blockers);
  const liftable = blockers.filter(isLiftable);
  const lifts = may('approve') && draft.overrideReason.trim() !== '';
  const lifted = lifts ? [...new Set(liftable.map(({ code }) => code))] : [];
  const isBlocked = (person: Person, at: number) =>
    Boolean(reads[at]?.data?.conflicts.length) ||
    Boolean(reviews.get(person.id)?.blockers.some(({ code }) => !lifted.includes(code)));
  const blocked = people.filter(isBlocked).length;
  const deleted = deletions(draft, catalog);
  const phrase = deletionPhrase(draft);
  const hasToRead = ({ id }: Person) => {
    const review = reviews.get(id);
    return !review || review.blockers.length + review.toAcknowledge.length > 0;
  };
  const withSomething = people.filter(hasToRead).length;

  const tick = useCallback(
    (changed: string[], on: boolean) => {
      const rest = getValues('acknowledged').filter((one) => !changed.includes(one));
      setValue('acknowledged', on ? [...rest, ...changed] : rest);
    },
    [getValues, setValue],
  );
  const leaveOut = useCallback(
    (user: string) =>
      setValue(
        'users',
        getValues('users').filter(({ id }) => id !== user),
      ),
    [getValues, setValue],
  );
  const open = [...reviews].flatMap(([user, { toAcknowledge }]) =>
    toAcknowledge.map((warning) => tickOf(user, warning)).filter((one) => !ticks.has(one)),
  );

  const sending = useMutation({
    mutationFn: () => {
      const body = requestOf(draft, catalog, acknowledgedCodes(reviews, ticks), lifted);
      return createOffboardings(body, idempotencyKey(body));
    },
    onSuccess: ({ batch, offboardings }) => {
      if (draft.tenant) rememberTenant(draft.tenant.id);
      forgetDraft();
      forgetKey();
      const [only] = offboardings;
      void client.invalidateQueries({ queryKey: ['offboardings', 'list'] });
      void client.removeQueries({ queryKey: ['users'] });
      if (offboardings.length === 1 && only) navigate(`/offboardings/${only.id}`);
      else navigate(`/offboardings?batch=${batch}`);
    },
    onError: (error) => {
      const problem = asProblem(error);
      if (problem.status === 409) void client.invalidateQueries({ queryKey: ['preflight', tenant] });
      const atFields = problem.status === 422 ? fieldProblems(problem.errors) : [];
      if (atFields.length) refused(atFields);
    },
  });

  const reasonNotTo = (): string | null => {
    if (reads.some(({ isPending }) => isPending)) return t('confirm.still_checking');
    if (reads.some(({ isError }) => isError)) return t('confirm.unread');
    if (blocked) return t('confirm.blocked', { count: blocked });
    if (open.length) return t('confirm.unacknowledged', { count: open.length });
    return deleted.length && typed.trim() !== phrase ? t('confirm.delete_missing', { phrase }) : null;
  };

  const submit = () => {
    if (sending.isPending) return;
    const reason = reasonNotTo();
    setComplaint(reason);
    if (!reason) {
      sending.mutate();
      return;
    }
    const [first] = open;
    const next = first ? `[data-tick="${CSS.escape(first)}"] input` : 'input[data-phrase]';
    if (!blocked) document.querySelector<HTMLElement>(next)?.focus();
  };

  const count = people.length;
  const ready = reads.filter(({ isSuccess }) => isSuccess).length;
  const waits = Boolean(me?.approve_above && count > me.approve_above);
  const label = t(
    waits ? 'confirm.submit_held' : draft.when === 'schedule' ? 'confirm.submit_later' : 'confirm.submit_now',
    { count },
  );
  const shownComplaint = complaint && reasonNotTo();

  return (
    <>
      <Summary draft={draft} catalog={catalog} />
      {waits && me && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('confirm.second_person')}</MessageBarTitle>{' '}
            {t('confirm.second_person_body', { above: me.approve_above, first: me.approve_first })}
          </MessageBarBody>
        </MessageBar>
      )}
      <Announcer text={ready === count ? t('confirm.ready', { count }) : ''} />
      {count > OPEN_UP_TO && shared.length > 0 && (
        <SharedWarnings
          shared={shared}
          people={people}
          ticks={ticks}
          onTick={tick}
          showMissed={complaint !== null}
        />
      )}
      {count > OPEN_UP_TO && (
        <Checkbox
          checked={onlyOpen}
          label={t('confirm.only_open', { count: withSomething })}
          onChange={(_, { checked }) => setOnlyOpen(checked === true)}
        />
      )}
      {onlyOpen && withSomething === 0 && <Text>{t('confirm.nothing_open')}</Text>}
      {people.map((person, at) => {
        const read = reads[at];
        if (!read || (onlyOpen && !hasToRead(person))) return null;
        return (
          <UserReview
            key={person.id}
            person={person}
            options={choices}
            catalog={catalog}
            preflight={read.data}
            error={read.error}
            retry={read.refetch}
            ticked={tickedOf(person, reviews.get(person.id), ticks)}
            onTick={tick}
            showMissed={complaint !== null}
            startOpen={count <= OPEN_UP_TO}
            leaveOut={count > 1 ? leaveOut : null}
          />
        );
      })}
      {liftable.length > 0 && <Override blockers={liftable} />}
      {deleted.length > 0 && (
        <Deletion
          tasks={deleted}
          phrase={phrase}
          value={typed}
          onChange={setTyped}
          missed={complaint !== null}
        />
      )}
      {sending.isError && <Refusal error={sending.error} retry={submit} />}
      {shownComplaint && (
        <MessageBar intent="warning" role="alert">
          <MessageBarBody>{shownComplaint}</MessageBarBody>
        </MessageBar>
      )}
      <Footer
        back={back}
        primary={
          <Button appearance="primary" size="large" disabledFocusable={sending.isPending} onClick={submit}>
            {sending.isPending ? t('confirm.submitting') : label}
          </Button>
        }
      />
    </>
  );
}

const tickedOf = ({ id }: Person, review: Review | undefined, ticks: ReadonlySet<string>) =>
  (review?.toAcknowledge ?? [])
    .map((warning) => tickOf(id, warning))
    .filter((one) => ticks.has(one))
    .join('\n');

/* The same for everybody: who, when, who is told, and what cannot be taken back. */
function Summary({ draft, catalog }: { draft: Draft; catalog: Catalog }) {
  const styles = useStyles();
  const page = usePageStyles();
  const wall = draft.when === 'schedule' ? resolveWall(draft.date, draft.time, draft.zone) : null;
  const chosenChannels = channels.filter((channel) => draft.channels[channel]);
  const told =
    draft.notify === 'tenant'
      ? t('notify.tenant')
      : chosenChannels.length
        ? list(chosenChannels.map((channel) => t(`notify.${channel}`)))
        : t('confirm.told_nobody');
  const lasting = chosenTasks(draft, catalog).filter(
    ({ destructive, undo_days }) => destructive || undo_days !== null,
  );
  const facts = [
    {
      id: 'who',
      label: t('confirm.who'),
      value: t('confirm.who_of', { count: draft.users.length, tenant: draft.tenant?.display_name ?? '' }),
    },
    {
      id: 'when',
      label: t('confirm.when'),
      value: wall
        ? t('confirm.when_at', { time: dateTimeIn(wall.at, draft.zone), zone: draft.zone })
        : t('confirm.when_now'),
    },
    { id: 'told', label: t('confirm.told'), value: told },
    { id: 'reference', label: t('when.reference'), value: draft.reference },
  ].filter(({ value }) => value);
  return (
    <section className={page.panel} aria-labelledby="what-title">
      <Text as="h3" weight="semibold" id="what-title">
        {t('confirm.what')}
      </Text>
      <Facts facts={facts} />
      {lasting.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('confirm.irreversible_all')}</MessageBarTitle>
            <ul className={styles.bullets}>
              {lasting.map(({ id, label, undo_days }) => (
                <li key={id}>
                  {undo_days === null ? label : t('confirm.deletion_note', { task: label, count: undo_days })}
                </li>
              ))}
            </ul>
          </MessageBarBody>
        </MessageBar>
      )}
    </section>
  );
}

function Refusal({ error, retry }: { error: unknown; retry: () => void }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const problem = asProblem(error);
  const mayRetry = problem.status === 0 || problem.status >= 500;
  if (problem.errors.length === 0)
    return <ProblemBar error={error} title={t('confirm.refused')} {...(mayRetry && { retry })} />;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t('confirm.refused')}</MessageBarTitle> {problem.summary}
        <ul className={styles.links}>
          {problem.errors.map(({ pointer, code, message, offboarding }) => (
            <li key={pointer + code}>
              {message}{' '}
              {offboarding && (
                <FluentLink
                  as="button"
                  type="button"
                  onClick={() => navigate(`/offboardings/${offboarding}`)}
                >
                  {t('confirm.open_offboarding')}
                </FluentLink>
              )}
            </li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}
