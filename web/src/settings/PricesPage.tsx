/* What products cost a month, so that the dashboard can say what freed licenses are worth. */
import { Button, makeStyles, Text } from '@fluentui/react-components';
import { AddRegular, DeleteRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Tagged } from '../api/client';
import type { Price, PriceList } from '../api/schema';
import { t } from '../i18n/t';
import { FormGrid } from '../ui/FormGrid';
import { fieldErrors } from '../ui/fieldErrors';
import { TextField } from '../ui/fields';
import { Loading } from '../ui/Loading';
import { PageHead } from '../ui/PageHead';
import { Panel } from '../ui/Panel';
import { ProblemBar } from '../ui/ProblemBar';
import { SaveBar } from '../ui/SaveBar';
import { useDraft } from '../ui/useDraft';
import { usePageStyles } from '../ui/usePageStyles';
import { freedQuery, pricesQuery, savePrices } from './queries';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gap: '8px 16px',
    alignItems: 'start',
    gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 2fr) minmax(0, 1fr) auto',
    '@media (max-width: 760px)': { gridTemplateColumns: 'minmax(0, 1fr) auto' },
  },
  wide: { '@media (max-width: 760px)': { gridColumn: '1 / -1' } },
  remove: { marginBlockStart: '26px' },
});

export function PricesPage() {
  const read = useQuery(pricesQuery);
  return (
    <>
      <PageHead title={t('page.prices')} lead={t('price.lead')} />
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={4} />}
      {read.data && <Edit read={read.data} />}
    </>
  );
}

interface Row extends Price {
  key: number;
}

let keys = 0;
const rowOf = (price: Price): Row => ({ ...price, key: keys++ });
const draftOf = ({ currency, prices }: PriceList) => ({
  currency: currency ?? 'EUR',
  rows: prices.map(rowOf),
});
const plain = ({ sku_id, monthly_price, name }: Price) => ({
  sku_id: sku_id.trim(),
  monthly_price: monthly_price.trim().replace(',', '.'),
  name: name?.trim() || null,
});

function Edit({ read }: { read: Tagged<PriceList> }) {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  const { data: stats } = useQuery(freedQuery);
  const { draft, dirty, set, begin } = useDraft(() => draftOf(read.value));
  const { currency, rows } = draft;
  const save = useMutation({
    mutationFn: () =>
      savePrices({ currency: currency.trim().toUpperCase(), prices: rows.map(plain) }, read.tag),
    onSuccess: (now) => {
      client.setQueryData(pricesQuery.queryKey, now);
      begin(draftOf(now.value));
      void client.invalidateQueries({ queryKey: ['stats'] });
    },
  });
  const errorAt = fieldErrors(save.error);
  const change = (at: number, more: Partial<Price>) =>
    set({ rows: rows.map((row, n) => (n === at ? { ...row, ...more } : row)) });
  const add = (price: Price) => set({ rows: [...rows, rowOf(price)] });
  const unpriced = (stats?.licenses.products ?? []).filter(
    ({ sku_id }) => !rows.some((row) => row.sku_id === sku_id),
  );
  return (
    <Panel title={t('price.title')} lead={t('price.title_lead')}>
      <FormGrid>
        <TextField
          label={t('price.currency')}
          required
          value={currency}
          hint={t('price.currency_hint')}
          onChange={(value) => set({ currency: value })}
          error={errorAt('/currency')}
        />
      </FormGrid>
      {rows.map((row, at) => (
        <fieldset key={row.key} className={styles.row} aria-label={row.name || t('price.product')}>
          <div className={styles.wide}>
            <TextField
              label={t('price.name')}
              value={row.name ?? ''}
              onChange={(name) => change(at, { name })}
            />
          </div>
          <div className={styles.wide}>
            <TextField
              label={t('price.sku')}
              required
              value={row.sku_id}
              onChange={(sku) => change(at, { sku_id: sku })}
              error={errorAt(`/prices/${at}/sku_id`)}
            />
          </div>
          <TextField
            label={t('price.monthly')}
            required
            value={row.monthly_price}
            onChange={(price) => change(at, { monthly_price: price })}
            error={errorAt(`/prices/${at}/monthly_price`)}
          />
          <Button
            appearance="subtle"
            className={styles.remove}
            icon={<DeleteRegular />}
            aria-label={t('price.remove', { name: row.name || row.sku_id })}
            onClick={() => set({ rows: rows.filter((_, n) => n !== at) })}
          />
        </fieldset>
      ))}
      {unpriced.length > 0 && (
        <div className={page.column}>
          <Text className={page.quiet}>{t('price.unpriced')}</Text>
          <div className={page.row}>
            {unpriced.map(({ sku_id, name }) => (
              <Button
                key={sku_id}
                size="small"
                icon={<AddRegular />}
                onClick={() => add({ sku_id, name, monthly_price: '' })}
              >
                {name}
              </Button>
            ))}
          </div>
        </div>
      )}
      <div>
        <Button icon={<AddRegular />} onClick={() => add({ sku_id: '', name: '', monthly_price: '' })}>
          {t('price.add')}
        </Button>
      </div>
      <SaveBar
        dirty={dirty}
        save={save}
        onDiscard={() => begin(draftOf(read.value))}
        onReload={() =>
          void client.fetchQuery({ ...pricesQuery, staleTime: 0 }).then((now) => begin(draftOf(now.value)))
        }
      />
    </Panel>
  );
}
