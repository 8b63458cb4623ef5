/* Which company of the PSA this tenant is: looked for by name, kept by number. */
import { Button, Field, makeStyles, SearchBox, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem } from '../api/problem';
import { t } from '../i18n/t';
import { NumberField } from '../ui/fields';
import { useDebounced } from '../ui/useDebounced';
import { usePageStyles } from '../ui/usePageStyles';
import { companiesQuery } from './queries';

const useStyles = makeStyles({
  root: {
    display: 'grid',
    gap: '16px',
    alignItems: 'start',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 240px), 1fr))',
  },
  found: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start' },
  bad: { color: tokens.colorPaletteRedForeground1 },
});

interface Props {
  value: number | null;
  onChange(value: number | null): void;
  error: string | undefined;
}

export function CompanyField({ value, onChange, error }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const [text, setText] = useState('');
  const search = useDebounced(text.trim(), 300);
  const found = useQuery(companiesQuery(search));
  const companies = found.data?.items ?? [];
  return (
    <div className={styles.root}>
      <NumberField
        label={t('defaults.company')}
        hint={t('defaults.company_hint')}
        value={value}
        onChange={onChange}
        error={error}
      />
      <div className={page.column}>
        <Field label={t('defaults.company_search')}>
          <SearchBox value={text} onChange={(_, data) => setText(data.value)} />
        </Field>
        <div role="status" className={styles.found}>
          {search !== '' && found.isError && (
            <Text className={styles.bad}>{asProblem(found.error).message}</Text>
          )}
          {search !== '' && found.isSuccess && companies.length === 0 && (
            <Text className={page.quiet}>{t('defaults.company_none')}</Text>
          )}
          {companies.slice(0, 8).map((company) => (
            <Button
              key={company.id}
              appearance="subtle"
              size="small"
              onClick={() => {
                onChange(company.id);
                setText('');
              }}
            >
              {t('defaults.company_take', { name: company.name ?? '', number: String(company.id) })}
            </Button>
          ))}
        </div>
      </div>
    </div>
  );
}
