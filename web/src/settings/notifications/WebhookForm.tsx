import { Button, Field, Input, makeStyles } from '@fluentui/react-components';
import { AddRegular, DeleteRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { WebhookAuth, WebhookSettings } from '../../api/schema';
import { t } from '../../i18n/t';
import { CopyButton } from '../../ui/CopyButton';
import { FormGrid } from '../../ui/FormGrid';
import { ChoiceField, SecretField, SwitchField, TextField } from '../../ui/fields';
import { TenantsField } from '../../ui/TenantsField';
import { EventsField } from './EventsField';
import { newAuth, newSigningSecret, type WebhookFormat } from './endpoints';
import { PrivateField } from './PrivateField';

const useStyles = makeStyles({
  secret: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  grow: { flex: '1 1 200px', minWidth: 0 },
  header: { display: 'grid', gridTemplateColumns: '1fr 1fr auto', gap: '8px' },
});

const formats: WebhookFormat[] = ['auto', 'generic', 'teams', 'slack', 'discord', 'cipp'];
const authTypes: WebhookAuth['type'][] = ['none', 'bearer', 'basic', 'header'];

interface Props {
  value: WebhookSettings;
  onChange(value: WebhookSettings): void;
  errorAt(pointer: string): string | undefined;
}

export function WebhookForm({ value, onChange, errorAt }: Props) {
  const set = (change: Partial<WebhookSettings>) => onChange({ ...value, ...change });
  return (
    <>
      <SwitchField
        label={t('notify.enabled')}
        value={value.enabled ?? true}
        onChange={(enabled) => set({ enabled })}
      />
      <TextField
        label={t('notify.name')}
        required
        value={value.name}
        onChange={(name) => set({ name })}
        error={errorAt('/name')}
      />
      <TextField
        label={t('notify.url')}
        required
        type="url"
        value={value.url}
        placeholder="https://"
        hint={value.id ? t('notify.url_masked') : t('notify.url_hint')}
        onChange={(url) => set({ url: url.trim() })}
        error={errorAt('/url')}
      />
      <ChoiceField
        label={t('notify.format')}
        value={value.format ?? 'auto'}
        choices={formats.map((one) => [one, t(`notify.format.${one}`)] as const)}
        onChange={(format) => set({ format })}
        error={errorAt('/format')}
      />
      <SigningSecret
        value={value.secret ?? ''}
        onChange={(secret) => set({ secret })}
        error={errorAt('/secret')}
      />
      <Auth value={value.auth ?? { type: 'none' }} onChange={(auth) => set({ auth })} errorAt={errorAt} />
      <EventsField
        value={value.events ?? []}
        onChange={(events) => set({ events })}
        error={errorAt('/events')}
      />
      <TenantsField
        label={t('notify.tenants')}
        value={value.tenants ?? null}
        onChange={(tenants) => set({ tenants })}
        error={errorAt('/tenants')}
      />
      <PrivateField
        value={value.private}
        onChange={(on) => set({ private: on })}
        error={errorAt('/private')}
      />
    </>
  );
}

function SigningSecret({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange(value: string | null): void;
  error: string | undefined;
}) {
  const styles = useStyles();
  /* One that was just made is shown, so that it can be given to the receiver; it is never shown again. */
  const [made, setMade] = useState('');
  const fresh = value !== '' && value === made;
  return (
    <Field
      label={t('notify.secret')}
      hint={fresh ? t('notify.secret_fresh') : t('notify.secret_hint')}
      validationMessage={error}
    >
      {(field) => (
        <div className={styles.secret}>
          <Input
            {...field}
            className={styles.grow}
            type={fresh ? 'text' : 'password'}
            autoComplete="new-password"
            value={value}
            onFocus={(event) => event.target.select()}
            onChange={(_, data) => onChange(data.value.trim() || null)}
          />
          {fresh ? (
            <CopyButton text={value} />
          ) : (
            <Button
              onClick={() => {
                const secret = newSigningSecret();
                setMade(secret);
                onChange(secret);
              }}
            >
              {t('notify.secret_make')}
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}

function Auth({
  value,
  onChange,
  errorAt,
}: {
  value: WebhookAuth;
  onChange(value: WebhookAuth): void;
  errorAt(pointer: string): string | undefined;
}) {
  const styles = useStyles();
  return (
    <>
      <ChoiceField
        label={t('notify.auth')}
        value={value.type}
        choices={authTypes.map((one) => [one, t(`notify.auth.${one}`)] as const)}
        onChange={(type) => onChange(newAuth(type))}
        error={errorAt('/auth/type') ?? errorAt('/auth')}
      />
      {value.type === 'bearer' && (
        <SecretField
          label={t('notify.auth.token')}
          value={value.token}
          onChange={(token) => onChange({ ...value, token })}
          error={errorAt('/auth/token')}
        />
      )}
      {value.type === 'basic' && (
        <FormGrid>
          <TextField
            label={t('notify.auth.user')}
            value={value.user}
            onChange={(user) => onChange({ ...value, user })}
            error={errorAt('/auth/user')}
          />
          <SecretField
            label={t('notify.auth.password')}
            value={value.password}
            onChange={(password) => onChange({ ...value, password })}
            error={errorAt('/auth/password')}
          />
        </FormGrid>
      )}
      {value.type === 'header' && (
        <Field label={t('notify.auth.headers')} validationMessage={errorAt('/auth/headers')}>
          <div>
            {value.headers.map((header, at) => {
              const change = (more: Partial<typeof header>) =>
                onChange({
                  ...value,
                  headers: value.headers.map((one, n) => (n === at ? { ...one, ...more } : one)),
                });
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the place in the list is what it is
                <div key={at} className={styles.header}>
                  <TextField
                    label={t('notify.auth.header_name')}
                    value={header.name}
                    onChange={(name) => change({ name: name.trim() })}
                    error={errorAt(`/auth/headers/${at}/name`)}
                  />
                  <SecretField
                    label={t('notify.auth.header_value')}
                    value={header.value}
                    onChange={(text) => change({ value: text })}
                    error={errorAt(`/auth/headers/${at}/value`)}
                  />
                  {value.headers.length > 1 && (
                    <Button
                      appearance="subtle"
                      icon={<DeleteRegular />}
                      aria-label={t('notify.auth.header_remove', { name: header.name || String(at + 1) })}
                      onClick={() =>
                        onChange({ ...value, headers: value.headers.filter((_, n) => n !== at) })
                      }
                    />
                  )}
                </div>
              );
            })}
            {value.headers.length < 10 && (
              <Button
                appearance="subtle"
                icon={<AddRegular />}
                onClick={() => onChange({ ...value, headers: [...value.headers, { name: '', value: '' }] })}
              >
                {t('notify.auth.header_add')}
              </Button>
            )}
          </div>
        </Field>
      )}
    </>
  );
}
