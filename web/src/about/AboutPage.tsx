/* What runs here, and is it well. */
import { Link, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, DismissCircleFilled } from '@fluentui/react-icons';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import { ApiProblem, networkProblem } from '../api/problem';
import type { Readiness } from '../api/schema';
import { t, words } from '../i18n/t';
import { useStreamState } from '../live/live';
import { useMay } from '../session/useMay';
import { Facts } from '../ui/Facts';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';
import { Nodes } from './Nodes';

const useStyles = makeStyles({
  check: {
    display: 'flex',
    columnGap: '8px',
    alignItems: 'center',
    paddingBlock: '8px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  icon: { display: 'inline-flex', fontSize: '20px' },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  links: { display: 'flex', flexWrap: 'wrap', gap: '8px 20px' },
});

const versionQuery = queryOptions({
  queryKey: ['healthz'],
  queryFn: ({ signal }) => ask(() => api.GET('/healthz', { signal })),
});

/* A server that is not ready says so with 503 and the same body. */
const readyQuery = queryOptions({
  queryKey: ['readyz'],
  queryFn: async ({ signal }): Promise<Readiness> => {
    try {
      const { data, error } = await api.GET('/readyz', { signal });
      const body = data ?? error;
      if (body) return body;
      throw new ApiProblem(0, 'unreadable', t('problem.unexpected'));
    } catch (error) {
      if (error instanceof ApiProblem || (error instanceof DOMException && error.name === 'AbortError'))
        throw error;
      throw networkProblem();
    }
  },
  refetchInterval: 10_000,
});

export function AboutPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const version = useQuery(versionQuery);
  const ready = useQuery(readyQuery);
  const stream = useStreamState();
  const may = useMay();
  return (
    <div className={page.page}>
      <PageHead title={t('page.about')} lead={t('signin.lead')} />
      <Panel title={t('about.health')}>
        {(version.isError || ready.isError) && (
          <ProblemBar
            error={version.error ?? ready.error}
            retry={() => {
              void version.refetch();
              void ready.refetch();
            }}
          />
        )}
        {(version.isPending || ready.isPending) && <Loading rows={2} />}
        {version.data && ready.data && (
          <>
            <Facts
              facts={[
                { id: 'version', label: t('about.version'), value: version.data.version ?? '' },
                {
                  id: 'ready',
                  label: t('about.ready'),
                  value: t(ready.data.status === 'ready' ? 'about.is_ready' : 'about.not_ready'),
                },
                {
                  id: 'live',
                  label: t('about.live'),
                  value: t(stream === 'live' ? 'about.live_yes' : 'about.live_no'),
                },
              ]}
            />
            <ul>
              {ready.data.checks.map(({ name, ok, message }) => (
                <li key={name} className={styles.check}>
                  <span className={mergeClasses(styles.icon, ok ? styles.good : styles.bad)} aria-hidden>
                    {ok ? <CheckmarkCircleFilled /> : <DismissCircleFilled />}
                  </span>
                  <Text>{t('param.value', { label: words('about.check', name), value: message })}</Text>
                </li>
              ))}
            </ul>
          </>
        )}
      </Panel>
      {may('whole') && <Nodes />}
      <Panel title={t('about.more')}>
        <div className={styles.links}>
          <Link inline href="/api/v1/openapi.json" target="_blank" rel="noopener">
            {t('about.api')}
          </Link>
          <Link inline href="/third-party-notices.md" target="_blank" rel="noopener">
            {t('app.notices')}
          </Link>
        </div>
      </Panel>
    </div>
  );
}
