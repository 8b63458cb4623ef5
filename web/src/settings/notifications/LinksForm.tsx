/* Where the new password can be seen, once. */
import type { PasswordLinkSettings } from '../../api/schema';
import { t } from '../../i18n/t';
import { FormGrid } from '../../ui/FormGrid';
import { ChoiceField, NumberField, SecretField, TextField } from '../../ui/fields';

interface Props {
  value: PasswordLinkSettings;
  onChange(value: PasswordLinkSettings): void;
  errorAt(pointer: string): string | undefined;
}

const hosts = [
  ['lastday', t('links.host.lastday')],
  ['pwpush', t('links.host.pwpush')],
] as const;
const apis = [
  ['v2', t('links.api.v2')],
  ['v1', t('links.api.v1')],
] as const;

export function LinksForm({ value, onChange, errorAt }: Props) {
  const set = (change: Partial<PasswordLinkSettings>) => onChange({ ...value, ...change });
  const elsewhere = value.host === 'pwpush';
  return (
    <>
      <ChoiceField
        label={t('links.host')}
        value={value.host ?? 'lastday'}
        choices={hosts}
        hint={t(elsewhere ? 'links.host.pwpush_hint' : 'links.host.lastday_hint')}
        onChange={(host) => set({ host })}
        error={errorAt('/host')}
      />
      {elsewhere && (
        <FormGrid>
          <TextField
            label={t('links.url')}
            required
            type="url"
            value={value.url ?? ''}
            placeholder="https://"
            onChange={(url) => set({ url: url.trim() || null })}
            error={errorAt('/url')}
          />
          <ChoiceField
            label={t('links.api')}
            value={value.api ?? 'v2'}
            choices={apis}
            onChange={(api) => set({ api })}
            error={errorAt('/api')}
          />
          {value.api === 'v1' && (
            <TextField
              label={t('links.user')}
              value={value.user ?? ''}
              hint={t('links.user_hint')}
              onChange={(user) => set({ user: user.trim() || null })}
              error={errorAt('/user')}
            />
          )}
          <SecretField
            label={t('links.token')}
            value={value.token ?? ''}
            onChange={(token) => set({ token: token.trim() || null })}
            error={errorAt('/token')}
          />
        </FormGrid>
      )}
      <FormGrid>
        <NumberField
          label={t('links.days')}
          value={value.expires_in_days ?? null}
          onChange={(days) => set({ expires_in_days: days ?? 0 })}
          error={errorAt('/expires_in_days')}
        />
        <NumberField
          label={t('links.views')}
          value={value.views ?? null}
          onChange={(views) => set({ views: views ?? 0 })}
          error={errorAt('/views')}
        />
      </FormGrid>
    </>
  );
}
