import { describe, expect, it } from 'vitest';
import type { NotificationSettings, WebhookSettings } from '../../api/schema';
import {
  endpointAt,
  formatOf,
  newSigningSecret,
  newWebhook,
  pointerOf,
  withEndpoint,
  withoutWebhook,
} from './endpoints';

const hook = (id: string): WebhookSettings => ({
  ...newWebhook(),
  id,
  name: id,
  url: 'https://one.example/********',
});
const settings: NotificationSettings = { webhooks: [hook('a'), hook('b')], reminder_minutes: 60, psa: null };

describe('one endpoint of the settings', () => {
  it('is found by its address, changed in its place, and what is new goes to the end', () => {
    expect(endpointAt(settings, 'c')).toBeNull();
    const changed = withEndpoint(settings, { kind: 'webhook', value: { ...hook('b'), enabled: false } });
    expect(changed.webhooks?.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(changed.reminder_minutes).toBe(60);
    const more = withEndpoint(settings, { kind: 'webhook', value: newWebhook() });
    expect(more.webhooks?.map(({ id }) => id)).toEqual(['a', 'b', undefined]);
    expect(withoutWebhook(settings, 'a').webhooks?.map(({ id }) => id)).toEqual(['b']);
  });
  it('says where a refusal of it will point to', () => {
    expect(pointerOf(settings, { kind: 'webhook', value: hook('b') })).toBe('/webhooks/1');
    expect(pointerOf(settings, { kind: 'webhook', value: newWebhook() })).toBe('/webhooks/2');
    expect(
      pointerOf(settings, {
        kind: 'password-links',
        value: { host: 'lastday', api: 'v2', expires_in_days: 7, views: 1 },
      }),
    ).toBe('/password_links');
  });
});

describe('formatOf', () => {
  it('goes by the host, also of an address whose rest is masked', () => {
    expect(formatOf({ format: 'auto', url: 'https://hooks.slack.com/********' })).toBe('slack');
    expect(formatOf({ format: 'auto', url: 'https://prod-1.westeurope.logic.azure.com:443/********' })).toBe(
      'teams',
    );
    expect(formatOf({ format: 'auto', url: 'https://discord.com/********' })).toBe('discord');
    expect(formatOf({ format: 'auto', url: 'https://notdiscord.com/x' })).toBe('generic');
    expect(formatOf({ format: 'cipp', url: 'https://hooks.slack.com/x' })).toBe('cipp');
  });
});

describe('newSigningSecret', () => {
  it('is 32 bytes in base64 behind whsec_', () => {
    const secret = newSigningSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newSigningSecret()).not.toBe(secret);
  });
});
