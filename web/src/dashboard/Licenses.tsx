/* Licenses that nobody pays for any more, by product, with their list price where it is known. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { Stats } from '../api/schema';
import { number } from '../i18n/format';
import { money } from '../i18n/money';
import { t } from '../i18n/t';
import { Panel } from '../ui/Panel';
import { TextLink } from '../ui/TextLink';
import { usePageStyles } from '../ui/usePageStyles';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', rowGap: '12px' },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 240px) minmax(0, 1fr) 180px',
    alignItems: 'center',
    columnGap: '16px',
    rowGap: '4px',
    '@media (max-width: 640px)': { gridTemplateColumns: 'minmax(0, 1fr) auto' },
  },
  bar: {
    display: 'block',
    width: '100%',
    height: '12px',
    '@media (max-width: 640px)': { gridRow: '2', gridColumn: '1 / -1' },
  },
  track: { fill: tokens.colorNeutralStroke2, '@media (forced-colors: active)': { fill: 'Canvas' } },
  fill: {
    fill: tokens.colorCompoundBrandBackground,
    '@media (forced-colors: active)': { fill: 'CanvasText' },
  },
  numbers: { fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
});

interface Props {
  licenses: Stats['licenses'];
  days: number;
  mayPrice: boolean;
}

export function Licenses({ licenses, days, mayPrice }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const { products, freed, priced, currency } = licenses;
  const most = Math.max(...products.map((one) => one.freed), 1);
  return (
    <Panel
      title={t('dash.licenses')}
      lead={t('dash.licenses_lead', { count: days })}
      actions={mayPrice && <TextLink to="/settings/prices">{t('page.prices')}</TextLink>}
    >
      {products.length === 0 && <Text className={page.quiet}>{t('dash.licenses_none')}</Text>}
      <ul className={styles.list}>
        {products.map((one) => (
          <li key={one.sku_id} className={styles.row}>
            <Text className={page.wrap}>{one.name}</Text>
            <svg className={styles.bar} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
              <rect width="100" height="12" className={styles.track} />
              <rect width={(one.freed / most) * 100} height="12" className={styles.fill} />
            </svg>
            <Text className={styles.numbers}>
              {one.monthly_total && currency
                ? t('dash.freed_amount', {
                    count: one.freed,
                    amount: money(one.monthly_total, currency),
                  })
                : number(one.freed)}
            </Text>
          </li>
        ))}
      </ul>
      {freed > priced && priced > 0 && (
        <Text size={200} className={page.quiet}>
          {t('dash.unpriced', { count: freed - priced })}
        </Text>
      )}
    </Panel>
  );
}
