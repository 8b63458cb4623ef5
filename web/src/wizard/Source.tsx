/* What the options begin from, said openly, and how far one has gone from there. */
import {
  Button,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import type { Catalog, Defaults, Template } from '../api/schema';
import { t } from '../i18n/t';
import { AS_BEFORE, type Choice, choicesFrom, countChanges, type Draft, NOTHING } from './draft';
import { hasDefaults, sourceOptions } from './source';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    gap: '8px 24px',
    paddingBlockEnd: '20px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  field: { flex: '0 1 320px', minWidth: 0 },
  select: { minWidth: 0 },
  said: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 12px',
    minHeight: '32px',
    color: tokens.colorNeutralForeground2,
  },
  more: { flexBasis: '100%' },
});

interface Props {
  catalog: Catalog;
  /* The choices that the source makes. */
  initial: Record<string, Choice>;
  tenant: string;
  defaults: Defaults | undefined;
  templates: Template[];
}

export function Source({ catalog, initial, tenant, defaults, templates }: Props) {
  const styles = useStyles();
  const { setValue, clearErrors } = useFormContext<Draft>();
  const [options, source] = useWatch<Draft, ['options', 'source']>({ name: ['options', 'source'] });
  /* What was changed before another source was taken. */
  const [before, setBefore] = useState<Pick<Draft, 'options' | 'source'> | null>(null);
  const template = templates.find(({ id }) => id === (source || defaults?.template));
  const preset = hasDefaults(defaults);
  const changed = source === AS_BEFORE ? 0 : countChanges(options, initial);

  const put = (next: Pick<Draft, 'options' | 'source'>) => {
    setValue('source', next.source);
    setValue('options', next.options);
    clearErrors();
  };
  const take = (to: string) => {
    setBefore(changed ? { options, source } : null);
    put({ source: to, options: choicesFrom(catalog.tasks, sourceOptions(to, defaults, templates)) });
  };

  const said = () => {
    if (source === AS_BEFORE) return t('options.as_before');
    const from =
      source === NOTHING || (!source && !preset)
        ? t('options.from_nothing')
        : source
          ? t('options.from_template', { name: template?.name ?? source })
          : t('options.from_defaults', { tenant });
    return changed && (source || preset) ? `${from} ${t('options.changed', { count: changed })}` : from;
  };

  return (
    <div className={styles.root}>
      <Field label={t('options.source')} className={styles.field}>
        <Select
          className={styles.select}
          select={{ className: styles.select }}
          value={source}
          onChange={(_, { value }) => take(value)}
        >
          <option value="">{t(preset ? 'options.source_defaults' : 'options.source_no_defaults')}</option>
          {(preset || source === NOTHING) && <option value={NOTHING}>{t('options.source_nothing')}</option>}
          {source === AS_BEFORE && <option value={AS_BEFORE}>{t('options.source_as_before')}</option>}
          {templates.length > 0 && (
            <optgroup label={t('options.source_templates')}>
              {templates.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
        </Select>
      </Field>
      <div className={styles.said}>
        <Text role="status">{said()}</Text>
        {changed > 0 && (source || preset) && (
          <Button size="small" onClick={() => put({ source, options: initial })}>
            {t('options.reset')}
          </Button>
        )}
        {before && (
          <Button
            size="small"
            onClick={() => {
              put(before);
              setBefore(null);
            }}
          >
            {t('options.bring_back')}
          </Button>
        )}
      </div>
      {template?.description && (
        <Text size={200} className={styles.more}>
          {template.description}
        </Text>
      )}
      {template && template.warnings.length > 0 && (
        <MessageBar intent="warning" layout="multiline" className={styles.more}>
          <MessageBarBody>{template.warnings.map(({ message }) => message).join(' ')}</MessageBarBody>
        </MessageBar>
      )}
    </div>
  );
}
