/* What is asked for before the button works: a reason to lift blockers, and a phrase before somebody is deleted. */
import {
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useController, useFormContext } from 'react-hook-form';
import type { CatalogTask, Warning } from '../api/schema';
import { list } from '../i18n/format';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { usePageStyles } from '../ui/usePageStyles';
import type { Draft } from './draft';

const useStyles = makeStyles({
  danger: { border: `1px solid ${tokens.colorPaletteRedBorder2}` },
  bullets: { paddingInlineStart: '20px', listStyleType: 'disc' },
  phrase: { maxWidth: '420px' },
});

/* Each of the blockers once. */
export function Override({ blockers }: { blockers: Warning[] }) {
  const styles = useStyles();
  const page = usePageStyles();
  const may = useMay();
  const { control, clearErrors } = useFormContext<Draft>();
  const { field, fieldState } = useController({ control, name: 'overrideReason' });
  const messages = [...new Set(blockers.map(({ message }) => message))];
  if (!may('approve'))
    return (
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>{t('confirm.override_who')}</MessageBarBody>
      </MessageBar>
    );
  return (
    <section className={page.panel} aria-labelledby="override-title" data-field="overrideReason">
      <Text as="h3" weight="semibold" id="override-title">
        {t('confirm.override')}
      </Text>
      <ul className={styles.bullets}>
        {messages.map((message) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
      <Field
        label={t('confirm.override_reason')}
        hint={t('confirm.override_hint')}
        validationMessage={fieldState.error?.message}
      >
        <Textarea
          value={field.value}
          maxLength={2000}
          rows={2}
          onChange={(_, { value }) => {
            field.onChange(value);
            clearErrors('overrideReason');
          }}
        />
      </Field>
    </section>
  );
}

interface DeletionProps {
  tasks: CatalogTask[];
  phrase: string;
  value: string;
  onChange: (value: string) => void;
  missed: boolean;
}

export function Deletion({ tasks, phrase, value, onChange, missed }: DeletionProps) {
  const styles = useStyles();
  const page = usePageStyles();
  const wrong = missed && value.trim() !== phrase;
  return (
    <section className={`${page.panel} ${styles.danger}`} aria-labelledby="deletion-title">
      <Text as="h3" weight="semibold" id="deletion-title">
        {list(tasks.map(({ label }) => label))}
      </Text>
      {tasks.map(({ id, help }) => (
        <Text key={id}>{help}</Text>
      ))}
      <Field
        className={styles.phrase}
        label={t('confirm.delete_type', { phrase })}
        required
        validationMessage={wrong ? t('confirm.delete_wrong', { phrase }) : undefined}
      >
        <Input
          value={value}
          autoComplete="off"
          spellCheck={false}
          onChange={(_, data) => onChange(data.value)}
          data-phrase
        />
      </Field>
    </section>
  );
}
