/* Named sets of options: what there is, and making another. */
import { Badge, Button, makeStyles, Text } from '@fluentui/react-components';
import { AddRegular, CopyRegular, DeleteRegular, DocumentBulletListRegular } from '@fluentui/react-icons';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { catalogQuery, rowsOf } from '../api/queries';
import type { Template } from '../api/schema';
import { ago, dateTime } from '../i18n/format';
import { t } from '../i18n/t';
import { summaryOf } from '../options/words';
import { useMay } from '../session/useMay';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { type Column, DataTable } from '../ui/DataTable';
import { Empty } from '../ui/Empty';
import { FilterBar, FilterText } from '../ui/FilterBar';
import { Listing } from '../ui/Listing';
import { PageHead } from '../ui/PageHead';
import { TextLink } from '../ui/TextLink';
import { useFilters } from '../ui/useFilters';
import { useNow } from '../ui/useNow';
import { usePageStyles } from '../ui/usePageStyles';
import { deleteTemplate, templateListQuery } from './queries';

const useStyles = makeStyles({
  actions: { display: 'flex', justifyContent: 'flex-end', columnGap: '4px' },
});

export function TemplatesPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const client = useQueryClient();
  const may = useMay();
  const { data: catalog } = useQuery(catalogQuery);
  const { values, set, clear, any } = useFilters(['search', 'tenant'] as const);
  const [deleting, setDeleting] = useState<Template | null>(null);
  const read = useInfiniteQuery(templateListQuery(values.search, values.tenant));
  const rows = rowsOf(read.data);
  const now = useNow(true, 60_000);
  const edits = may('admin');

  const columns: Column<Template>[] = [
    {
      id: 'name',
      label: t('template.name'),
      cell: (row) => (
        <span className={page.two}>
          <span className={page.row}>
            <TextLink to={`/templates/${row.id}`}>{row.name}</TextLink>
            {row.warnings.length > 0 && (
              <Badge appearance="tint" color="warning">
                {t('template.outdated')}
              </Badge>
            )}
          </span>
          {row.description && (
            <Text size={200} className={page.quiet}>
              {row.description}
            </Text>
          )}
        </span>
      ),
    },
    { id: 'does', label: t('template.does'), cell: (row) => summaryOf(row.options, catalog) },
    {
      id: 'tenant',
      label: t('template.for'),
      cell: (row) => row.tenant?.display_name ?? t('tenants_field.all'),
    },
    {
      id: 'changed',
      label: t('template.changed'),
      named: true,
      cell: (row) => (
        <span title={dateTime(row.changed_at)}>
          {t('template.changed_by', {
            when: ago(row.changed_at, now),
            who: row.changed_by,
          })}
        </span>
      ),
    },
  ];
  const actions: Column<Template> = {
    id: 'actions',
    label: t('action.actions'),
    hiddenLabel: true,
    tight: true,
    end: true,
    cell: (row) => (
      <span className={styles.actions}>
        <Button
          appearance="subtle"
          icon={<CopyRegular />}
          title={t('template.clone')}
          aria-label={t('template.clone_of', { name: row.name })}
          onClick={() => navigate(`/templates/new?from=${row.id}`)}
        />
        <Button
          appearance="subtle"
          icon={<DeleteRegular />}
          title={t('template.delete')}
          aria-label={t('template.delete_of', { name: row.name })}
          onClick={() => setDeleting(row)}
        />
      </span>
    ),
  };

  const nothingYet = read.isSuccess && rows.length === 0 && !any;
  return (
    <div className={page.page}>
      <PageHead
        title={t('page.templates')}
        lead={t('template.lead')}
        actions={
          edits && (
            <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('/templates/new')}>
              {t('template.new')}
            </Button>
          )
        }
      />
      {!nothingYet && (
        <FilterBar>
          <FilterText
            label={t('template.search')}
            value={values.search}
            onChange={(value) => set('search', value)}
          />
        </FilterBar>
      )}
      <Listing
        read={read}
        empty={rows.length === 0}
        filtered={any}
        noneFound={t('template.none_found')}
        clear={clear}
        nothing={
          <Empty
            icon={<DocumentBulletListRegular />}
            title={t('template.empty')}
            body={t(edits ? 'template.empty_body' : 'template.empty_viewer')}
            action={edits && <TextLink to="/templates/new">{t('template.new')}</TextLink>}
          />
        }
      >
        <DataTable
          label={t('page.templates')}
          columns={edits ? [...columns, actions] : columns}
          rows={rows}
          idOf={({ id }) => id}
        />
      </Listing>
      {deleting && (
        <ConfirmDialog
          title={t('template.delete_title', { name: deleting.name })}
          body={t('template.delete_body')}
          confirm={t('template.delete')}
          action={() => deleteTemplate(deleting.id)}
          onDone={() => void client.invalidateQueries({ queryKey: ['templates'] })}
          onClose={() => setDeleting(null)}
        />
      )}
    </div>
  );
}
