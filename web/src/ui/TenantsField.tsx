/* All tenants, or only those that are ticked. */
import {
  Checkbox,
  Field,
  makeStyles,
  Radio,
  RadioGroup,
  SearchBox,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { tenantsQuery } from '../api/queries';
import { t } from '../i18n/t';
import { tenantQuery } from '../tenants/queries';
import { ProblemBar } from './ProblemBar';
import { useDebounced } from './useDebounced';
import { usePageStyles } from './usePageStyles';

const useStyles = makeStyles({
  box: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '8px',
    padding: '12px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  list: { display: 'flex', flexDirection: 'column', maxHeight: '240px', overflowY: 'auto' },
});

interface Props {
  label: string;
  value: string[] | null;
  onChange(value: string[] | null): void;
  hint?: string;
  error?: string | undefined;
}

export function TenantsField({ label, value, onChange, hint, error }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  return (
    <div className={page.column}>
      <Field label={label} hint={hint} validationMessage={error}>
        <RadioGroup
          layout="horizontal"
          className={page.choices}
          value={value ? 'some' : 'all'}
          onChange={(_, data) => onChange(data.value === 'all' ? null : [])}
        >
          <Radio value="all" label={t('tenants_field.all')} />
          <Radio value="some" label={t('tenants_field.some')} />
        </RadioGroup>
      </Field>
      {value && (
        <fieldset className={styles.box} aria-label={t('tenants_field.some')}>
          <Ticks ids={value} onChange={onChange} listClass={styles.list} />
        </fieldset>
      )}
    </div>
  );
}

function Ticks({
  ids,
  onChange,
  listClass,
}: {
  ids: string[];
  onChange(ids: string[]): void;
  listClass: string;
}) {
  const page = usePageStyles();
  const [text, setText] = useState('');
  const search = useDebounced(text.trim(), 150);
  const found = useQuery(tenantsQuery(search));
  /* Those that are ticked stay in sight, whatever is searched for. */
  const shown = found.data?.items ?? [];
  const elsewhere = ids.filter((id) => !shown.some((tenant) => tenant.id === id));
  const named = useQueries({ queries: elsewhere.map((id) => ({ ...tenantQuery(id), retry: false })) });
  const rows = [
    ...elsewhere.map((id, at) => ({ id, name: named[at]?.data?.value.display_name ?? id })),
    ...shown.map(({ id, display_name }) => ({ id, name: display_name })),
  ];
  return (
    <>
      <SearchBox
        aria-label={t('tenant.search')}
        placeholder={t('tenant.search')}
        value={text}
        onChange={(_, data) => setText(data.value)}
      />
      {found.isError && <ProblemBar error={found.error} retry={() => void found.refetch()} />}
      <div className={listClass}>
        {rows.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={ids.includes(id)}
            onChange={(_, { checked }) => onChange(checked ? [...ids, id] : ids.filter((one) => one !== id))}
          />
        ))}
      </div>
      {found.isSuccess && rows.length === 0 && (
        <Text className={page.quiet}>{t('tenant.none_found', { search })}</Text>
      )}
      {found.data?.next_cursor && (
        <Text size={200} className={page.quiet}>
          {t('tenant.more')}
        </Text>
      )}
    </>
  );
}
