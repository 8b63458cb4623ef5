/* All offboardings, live: filtered, sorted, as a table or as a calendar. */
import {
  Button,
  Menu,
  MenuButton,
  MenuItemCheckbox,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  SearchBox,
  Select,
  Text,
} from '@fluentui/react-components';
import {
  CalendarMonthRegular,
  ColumnTripleRegular,
  PeopleCheckmarkRegular,
  TableRegular,
} from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { usePage } from '../app/usePage';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { TenantFilter } from '../tenants/TenantFilter';
import { Empty } from '../ui/Empty';
import { Listing } from '../ui/Listing';
import { Loading } from '../ui/Loading';
import { TextLink } from '../ui/TextLink';
import { useDebounced } from '../ui/useDebounced';
import { usePageStyles } from '../ui/usePageStyles';
import { Batch } from './Batch';
import { Bulk } from './Bulk';
import { columnIds, columnsOf, rememberColumns, toggled } from './columns';
import { sorts, statuses, useListFilters } from './filters';
import { Rows } from './Rows';
import { StopEverything } from './StopEverything';
import { useRows } from './useRows';
import { Views } from './Views';

const Calendar = lazy(async () => ({ default: (await import('./Calendar')).Calendar }));

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  search: { flex: '1 1 220px', maxWidth: '360px', '@media (max-width: 640px)': { maxWidth: 'none' } },
  select: {
    minWidth: 0,
    maxWidth: '220px',
    '@media (max-width: 640px)': { flex: '1 1 140px', maxWidth: 'none' },
  },
  head: { display: 'flex', flexDirection: 'column', rowGap: '4px' },
  /* Their words begin where the title does. */
  tools: { display: 'flex', flexWrap: 'wrap', columnGap: '4px', marginInlineStart: '-12px' },
});

type Filters = ReturnType<typeof useListFilters>;

export function ListPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const heading = usePage(t('list.title'));
  const filters = useListFilters();
  const { filter, view, set, show, clear } = filters;
  const { search, batch } = filter;
  const may = useMay();
  const [text, setText] = useState(search);
  const settled = useDebounced(text.trim(), 200);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed may change the address
  useEffect(() => {
    if (settled !== search) set('search', settled);
  }, [settled]);

  const { read, rows } = useRows(filter);

  const columns = useMemo(() => columnsOf(filters.columns), [filters.columns]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const picked = rows.filter(({ id }) => chosen.has(id));
  const filtered = Object.entries(filter).some(([name, value]) => name !== 'sort' && value !== '');
  const nothingYet = read.isSuccess && rows.length === 0 && !filtered;
  const startAnew = () => {
    setText('');
    clear();
  };

  return (
    <div className={page.page}>
      <div className={styles.head}>
        <div className={page.head}>
          <Text as="h1" size={600} weight="semibold" ref={heading} tabIndex={-1}>
            {t('list.title')}
          </Text>
          {may('operate') && !nothingYet && <StopEverything tenant={filter.tenant} />}
        </div>
        {!nothingYet && (
          <div className={styles.tools}>
            <Views
              query={filters.query}
              show={(query) => {
                setText(new URLSearchParams(query).get('search') ?? '');
                show(query);
              }}
            />
            {view === 'table' && <Columns filters={filters} />}
            <Button
              appearance="subtle"
              icon={view === 'table' ? <CalendarMonthRegular /> : <TableRegular />}
              onClick={() => set('view', view === 'table' ? 'calendar' : '')}
            >
              {t(view === 'table' ? 'list.as_calendar' : 'list.as_table')}
            </Button>
          </div>
        )}
      </div>
      {view === 'calendar' ? (
        <Suspense fallback={<Loading rows={6} height={96} />}>
          <Calendar month={filters.month} setMonth={(month) => set('month', month)} />
        </Suspense>
      ) : (
        <>
          {!nothingYet && (
            <search className={styles.filters}>
              <SearchBox
                className={styles.search}
                aria-label={t('list.search')}
                placeholder={t('list.search_placeholder')}
                value={text}
                onChange={(_, { value }) => setText(value)}
              />
              <Selects filters={filters} />
            </search>
          )}
          {batch && <Batch key={batch} id={batch} showAll={startAnew} />}
          <Listing
            read={read}
            empty={rows.length === 0}
            filtered={filtered}
            noneFound={t('list.none_found')}
            clear={startAnew}
            nothing={
              <Empty
                icon={<PeopleCheckmarkRegular />}
                title={t('list.empty')}
                body={t('list.empty_body')}
                action={<TextLink to="/offboardings/new">{t('app.new')}</TextLink>}
              />
            }
            readsOn={batch !== ''}
          >
            <Rows
              rows={rows}
              columns={columns}
              chosen={may('operate') ? chosen : null}
              setChosen={setChosen}
            />
          </Listing>
          {picked.length > 0 && <Bulk rows={picked} clear={() => setChosen(new Set())} />}
        </>
      )}
    </div>
  );
}

function Selects({ filters: { filter, set } }: { filters: Filters }) {
  const styles = useStyles();
  return (
    <>
      <Select
        className={styles.select}
        aria-label={t('list.status')}
        value={filter.status}
        onChange={(_, { value }) => set('status', value)}
      >
        {statuses.map(([label, value]) => (
          <option key={label} value={value}>
            {t(label)}
          </option>
        ))}
      </Select>
      <TenantFilter value={filter.tenant} onChange={(tenant) => set('tenant', tenant)} />
      <Select
        className={styles.select}
        aria-label={t('list.sort')}
        value={filter.sort}
        onChange={(_, { value }) => set('sort', value)}
      >
        {sorts.map(([label, value]) => (
          <option key={label} value={value}>
            {t(label)}
          </option>
        ))}
      </Select>
    </>
  );
}

function Columns({ filters }: { filters: Filters }) {
  const columns = columnsOf(filters.columns);
  const toggle = (column: (typeof columns)[number]) => {
    const next = toggled(columns, column);
    rememberColumns(next);
    filters.set('columns', next);
  };
  return (
    <Menu positioning="below-end" checkedValues={{ columns }}>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="subtle" icon={<ColumnTripleRegular />}>
          {t('list.columns')}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {columnIds.map((column) => (
            <MenuItemCheckbox
              key={column}
              name="columns"
              value={column}
              persistOnClick
              onClick={() => toggle(column)}
            >
              {t(`list.column.${column}`)}
            </MenuItemCheckbox>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
