/* Who did what, newest first; what is filtered can be taken away as a file. */
import {
  Button,
  Input,
  Label,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
} from '@fluentui/react-components';
import { ArrowDownloadRegular, BookRegular } from '@fluentui/react-icons';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { rowsOf } from '../api/queries';
import type { LogbookEntry } from '../api/schema';
import { dateTime } from '../i18n/format';
import { t, words } from '../i18n/t';
import { useMay } from '../session/useMay';
import { useTenantChoices } from '../tenants/useTenantChoices';
import { type Column, DataTable } from '../ui/DataTable';
import { Disclosure } from '../ui/Disclosure';
import { download } from '../ui/download';
import { Empty } from '../ui/Empty';
import { FilterBar, FilterChoice, FilterText } from '../ui/FilterBar';
import { Json } from '../ui/Json';
import { Listing } from '../ui/Listing';
import { NotAllowed } from '../ui/NotAllowed';
import { PageHead } from '../ui/PageHead';
import { ProblemBar } from '../ui/ProblemBar';
import { useFilters } from '../ui/useFilters';
import { usePageStyles } from '../ui/usePageStyles';
import { NARROW } from '../ui/useTableStyles';
import { kinds } from './kinds';
import { exported, logbookQuery } from './queries';

const useStyles = makeStyles({
  date: {
    display: 'inline-flex',
    alignItems: 'center',
    columnGap: '8px',
    [NARROW]: { flexDirection: 'column', alignItems: 'stretch' },
  },
  dates: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '8px 16px',
    alignItems: 'flex-end',
    [NARROW]: {
      display: 'grid',
      gap: '8px',
      gridColumn: '1 / -1',
      gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 150px), 1fr))',
    },
  },
});

const names = ['text', 'who', 'what', 'tenant', 'from', 'to'] as const;

export function LogbookPage() {
  const may = useMay();
  return may('admin') ? <Logbook /> : <NotAllowed />;
}

function Logbook() {
  const styles = useStyles();
  const page = usePageStyles();
  const { values, set, clear, any } = useFilters(names);
  const read = useInfiniteQuery(logbookQuery(values));
  const tenants = useTenantChoices(values.tenant);
  const rows = rowsOf(read.data);
  const save = useMutation({
    mutationFn: async (format: 'csv' | 'json') => {
      const day = new Date().toISOString().slice(0, 10);
      download(await exported(values, format), `logbook-${day}.${format}`);
    },
  });

  const columns: Column<LogbookEntry>[] = [
    {
      id: 'what',
      label: t('logbook.what'),
      cell: (row) => (
        <span className={page.two}>
          <span>
            <Text weight="semibold">{row.actor.name}</Text> {row.words}{' '}
            {row.object?.name && <Text weight="semibold">{row.object.name}</Text>}
          </span>
          {row.details && (
            <Disclosure label={t('logbook.details')}>
              <Json value={row.details} label={t('logbook.details')} />
            </Disclosure>
          )}
        </span>
      ),
    },
    { id: 'tenant', label: t('list.tenant'), cell: (row) => row.tenant?.display_name ?? row.tenant?.id },
    {
      id: 'from',
      label: t('logbook.client'),
      cell: (row) => (
        <span className={page.two}>
          {t(`logbook.actor.${row.actor.kind}`)}
          {row.client && (
            <Text size={200} className={page.quiet}>
              {row.client}
            </Text>
          )}
        </span>
      ),
    },
    { id: 'at', label: t('list.column.when'), end: true, tight: true, cell: (row) => dateTime(row.at) },
  ];

  return (
    <div className={page.page}>
      <PageHead
        title={t('page.logbook')}
        lead={t('logbook.lead')}
        actions={
          <Menu positioning="below-end">
            <MenuTrigger disableButtonEnhancement>
              <Button icon={<ArrowDownloadRegular />} disabledFocusable={save.isPending}>
                {save.isPending ? t('logbook.exporting') : t('logbook.export')}
              </Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem onClick={() => save.mutate('csv')}>{t('logbook.csv')}</MenuItem>
                <MenuItem onClick={() => save.mutate('json')}>{t('logbook.json')}</MenuItem>
              </MenuList>
            </MenuPopover>
          </Menu>
        }
      />
      {save.isError && <ProblemBar error={save.error} />}
      <FilterBar>
        <FilterText
          label={t('logbook.search')}
          placeholder={t('logbook.search_hint')}
          value={values.text}
          onChange={(value) => set('text', value)}
        />
        <FilterText label={t('logbook.who')} value={values.who} onChange={(value) => set('who', value)} />
        <FilterChoice
          label={t('logbook.kind')}
          all={t('logbook.kind_all')}
          value={values.what}
          choices={kinds.map((kind) => [kind, words('logbook.kind', kind)] as const)}
          onChange={(value) => set('what', value)}
        />
        <FilterChoice
          label={t('list.tenant')}
          all={t('tenants_field.all')}
          value={values.tenant}
          choices={tenants}
          onChange={(value) => set('tenant', value)}
        />
        <div className={styles.dates}>
          <Label className={styles.date}>
            {t('logbook.from')}
            <Input type="date" value={values.from} onChange={(_, { value }) => set('from', value)} />
          </Label>
          <Label className={styles.date}>
            {t('logbook.to')}
            <Input type="date" value={values.to} onChange={(_, { value }) => set('to', value)} />
          </Label>
        </div>
      </FilterBar>
      <Listing
        read={read}
        empty={rows.length === 0}
        filtered={any}
        noneFound={t('logbook.none_found')}
        clear={clear}
        nothing={<Empty icon={<BookRegular />} title={t('logbook.empty')} />}
      >
        <DataTable label={t('page.logbook')} columns={columns} rows={rows} idOf={({ id }) => String(id)} />
      </Listing>
    </div>
  );
}
