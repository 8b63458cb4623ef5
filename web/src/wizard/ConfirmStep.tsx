/* The last look: everything is read once more for every user, and the button says what will happen. */
import {
  Button,
  Link as FluentLink,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Text,
} from '@fluentui/react-components';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { useNavigate } from 'react-router';
import { createOffboardings } from '../api/offboardings';
import { asProblem } from '../api/problem';
import { catalogQuery, preflightQuery } from '../api/queries';
import type { Catalog } from '../api/schema';
import { dateTimeIn } from '../i18n/format';
import { t } from '../i18n/t';
import { resolveWall } from '../schedule/zone';
import { Announcer } from '../ui/Announcer';
import { Loading } from '../ui/Loading';
import { ProblemBar } from '../ui/ProblemBar';
import { type Draft, forgetDraft } from './draft';
import { Footer } from './Footer';
import { rememberTenant } from './recentTenants';
import {
  acknowledgedCodes,
  type FieldProblem,
  fieldProblems,
  forgetKey,
  idempotencyKey,
  optionsOf,
  type Review,
  requestOf,
  reviewOf,
  tickOf,
} from './request';
import { UserReview } from './UserReview';

const useStyles = makeStyles({
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
  const { setValue } = useFormContext<Draft>();
  const draft = useWatch<Draft>() as Draft;
  const [ticks, setTicks] = useState<ReadonlySet<string>>(new Set());
  const [complaint, setComplaint] = useState<string | null>(null);

  const tenant = draft.tenant?.id ?? '';
  const options = useMemo(() => optionsOf(draft, catalog), [draft, catalog]);
  const reads = useQueries({ queries: draft.users.map(({ id }) => preflightQuery(tenant, id, options)) });

  const reviews = new Map<string, Review>();
  draft.users.forEach((person, at) => {
    const data = reads[at]?.data;
    if (data) reviews.set(person.id, reviewOf(data));
  });
  const blocked = draft.users.filter(
    (person, at) => reviews.get(person.id)?.blockers.length || reads[at]?.data?.conflicts.length,
  ).length;
  const open = [...reviews].flatMap(([user, { toAcknowledge }]) =>
    toAcknowledge.map((warning) => tickOf(user, warning)).filter((tick) => !ticks.has(tick)),
  );

  const sending = useMutation({
    mutationFn: () => {
      const body = requestOf(draft, catalog, acknowledgedCodes(reviews, ticks));
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
    return open.length ? t('confirm.unacknowledged', { count: open.length }) : null;
  };

  const submit = () => {
    if (sending.isPending) return;
    const reason = reasonNotTo();
    setComplaint(reason);
    if (!reason) {
      sending.mutate();
      return;
    }
    const first = open[0];
    if (first && !blocked)
      document.querySelector<HTMLElement>(`[data-tick="${CSS.escape(first)}"] input`)?.focus();
  };

  const count = draft.users.length;
  const wall = draft.when === 'schedule' ? resolveWall(draft.date, draft.time, draft.zone) : null;
  const ready = reads.filter(({ isSuccess }) => isSuccess).length;
  const label =
    draft.when === 'schedule' ? t('confirm.submit_later', { count }) : t('confirm.submit_now', { count });
  const shownComplaint = complaint && reasonNotTo();

  return (
    <>
      <Text weight="semibold">
        {wall
          ? t('confirm.when_at', { time: dateTimeIn(wall.at, draft.zone), zone: draft.zone })
          : t('confirm.when_now')}
      </Text>
      <Announcer text={ready === count ? t('confirm.ready', { count }) : ''} />
      {draft.users.map((person, at) => {
        const read = reads[at];
        return (
          read && (
            <UserReview
              key={person.id}
              person={person}
              draft={draft}
              catalog={catalog}
              read={read}
              ticks={ticks}
              onTick={(tick, on) => {
                const next = new Set(ticks);
                if (on) next.add(tick);
                else next.delete(tick);
                setTicks(next);
              }}
              showMissed={complaint !== null}
              startOpen={count <= OPEN_UP_TO}
              leaveOut={
                count > 1
                  ? () =>
                      setValue(
                        'users',
                        draft.users.filter(({ id }) => id !== person.id),
                      )
                  : null
              }
            />
          )
        );
      })}
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
        <MessageBarTitle>{t('confirm.refused')}</MessageBarTitle> {problem.message}
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
