/* The processes that share the store: who works, and who has fallen silent. */
import { Badge, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import type { Node } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { type Column, DataTable } from '../ui/DataTable';
import { Loading } from '../ui/Loading';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';

const nodesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: ({ signal }) => ask(() => api.GET('/api/v1/nodes', { signal })),
  refetchInterval: 10_000,
});

export function Nodes() {
  const page = usePageStyles();
  const read = useQuery(nodesQuery);
  const now = useNow(true, 10_000);
  const rows = read.data?.items ?? [];
  const versions = new Set(rows.filter(({ alive }) => alive).map(({ version }) => version)).size;

  const workers = rows.filter(({ alive, role }) => alive && role !== 'web').length;

  const columns: Column<Node>[] = [
    {
      id: 'name',
      label: t('about.node'),
      cell: (row) => (
        <span className={page.two}>
          <Text weight="semibold" className={page.wrap}>
            {row.name}
          </Text>
          {row.self && (
            <Text size={200} className={page.quiet}>
              {t('about.node_self')}
            </Text>
          )}
        </span>
      ),
    },
    { id: 'role', label: t('about.role'), cell: (row) => t(`about.role.${row.role}`) },
    { id: 'version', label: t('about.version'), named: true, cell: (row) => row.version },
    { id: 'since', label: t('about.since'), named: true, cell: (row) => dateTime(row.started_at) },
    {
      id: 'seen',
      label: t('about.seen'),
      cell: (row) => (
        <span className={page.two}>
          <span>
            <Badge appearance="tint" color={row.alive ? 'success' : 'danger'}>
              {t(row.alive ? 'about.alive' : 'about.silent')}
            </Badge>{' '}
            {ago(row.seen_at, now)}
          </span>
          {!row.alive && row.role !== 'web' && workers > 0 && (
            <Text size={200} className={page.quiet}>
              {t('about.silent_hint')}
            </Text>
          )}
        </span>
      ),
    },
  ];

  return (
    <Panel title={t('about.nodes')} lead={t('about.nodes_lead')}>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={1} />}
      {versions > 1 && (
        <MessageBar intent="warning">
          <MessageBarBody>{t('about.versions', { count: versions })}</MessageBarBody>
        </MessageBar>
      )}
      {rows.length > 0 && (
        <DataTable
          label={t('about.nodes')}
          columns={columns}
          rows={rows}
          idOf={({ name, role }) => `${name} ${role}`}
        />
      )}
    </Panel>
  );
}
