/* What was sent to whom, and what became of it. */
import { Button, MessageBar, MessageBarActions, MessageBarBody, Text } from '@fluentui/react-components';
import { SendRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { rowsOf } from '../api/queries';
import type { Delivery } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t, words } from '../i18n/t';
import { useMay } from '../session/useMay';
import { type Column, DataTable } from '../ui/DataTable';
import { Empty } from '../ui/Empty';
import { FilterBar, FilterChoice } from '../ui/FilterBar';
import { Listing } from '../ui/Listing';
import { PageHead } from '../ui/PageHead';
import { TextLink } from '../ui/TextLink';
import { useFilters } from '../ui/useFilters';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { DeliveryState } from './DeliveryState';
import { deliveriesQuery } from './queries';
import { channels, deliveryEvents, endpointName, statuses } from './words';

const names = ['status', 'channel', 'event', 'offboarding', 'tenant'] as const;

export function DeliveriesPage() {
  const page = usePageStyles();
  const may = useMay();
  const { values, set, clear, any } = useFilters(names);
  const read = useInfiniteQuery(deliveriesQuery(values));
  const rows = rowsOf(read.data);
  const now = useNow(true, 10_000);

  const columns: Column<Delivery>[] = [
    {
      id: 'event',
      label: t('delivery.event'),
      cell: (row) => (
        <span className={page.two}>
          <TextLink to={`/deliveries/${row.id}`}>{t(`event.${row.event}`)}</TextLink>
          {row.user && <Text size={200}>{row.user}</Text>}
          {row.reason && (
            <Text size={200} className={page.quiet}>
              {words('delivery.reason', row.reason)}
            </Text>
          )}
        </span>
      ),
    },
    {
      id: 'to',
      label: t('delivery.endpoint'),
      cell: (row) => (
        <span className={page.two}>
          {endpointName(row)}
          {row.channel !== 'email' && (
            <Text size={200} className={page.quiet}>
              {t(`delivery.channel.${row.channel}`)}
            </Text>
          )}
        </span>
      ),
    },
    { id: 'status', label: t('delivery.status'), cell: (row) => <DeliveryState status={row.status} /> },
    {
      id: 'attempts',
      label: t('delivery.attempts'),
      cell: (row) => t('run.attempts', { count: row.attempts }),
    },
    {
      id: 'at',
      label: t('delivery.created'),
      end: true,
      cell: (row) => <span title={dateTime(row.created_at)}>{ago(row.created_at, now)}</span>,
    },
  ];

  const nothingYet = read.isSuccess && rows.length === 0 && !any;
  return (
    <div className={page.page}>
      <PageHead title={t('page.deliveries')} lead={t('delivery.lead')} />
      {!nothingYet && (
        <FilterBar>
          <FilterChoice
            label={t('delivery.status')}
            all={t('delivery.status_all')}
            value={values.status}
            choices={statuses}
            onChange={(value) => set('status', value)}
          />
          <FilterChoice
            label={t('delivery.channel')}
            all={t('delivery.channel_all')}
            value={values.channel}
            choices={channels}
            onChange={(value) => set('channel', value)}
          />
          <FilterChoice
            label={t('delivery.event')}
            all={t('delivery.event_all')}
            value={values.event}
            choices={deliveryEvents}
            onChange={(value) => set('event', value)}
          />
        </FilterBar>
      )}
      {(values.offboarding || values.tenant) && (
        <MessageBar intent="info">
          <MessageBarBody>
            {t(values.offboarding ? 'delivery.of_offboarding' : 'delivery.of_tenant')}
          </MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={clear}>
              {t('delivery.show_all')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <Listing
        read={read}
        empty={rows.length === 0}
        filtered={any}
        noneFound={t('delivery.none_found')}
        clear={clear}
        nothing={
          <Empty
            icon={<SendRegular />}
            title={t('delivery.empty')}
            body={t('delivery.empty_body')}
            action={
              may('whole') && <TextLink to="/settings/notifications">{t('delivery.to_settings')}</TextLink>
            }
          />
        }
      >
        <DataTable label={t('page.deliveries')} columns={columns} rows={rows} idOf={({ id }) => id} />
      </Listing>
    </div>
  );
}
