/* The notification settings as the screens handle them: one endpoint at a time. Pure. */
import type {
  AutotaskSettings,
  ConnectWiseSettings,
  EmailSettings,
  HaloSettings,
  NotificationEvent,
  NotificationSettings,
  PasswordLinkSettings,
  WebhookAuth,
  WebhookSettings,
} from '../../api/schema';

export const events: NotificationEvent[] = [
  'planned',
  'reminder',
  'started',
  'locked_out',
  'waiting',
  'needs_attention',
  'finished',
  'finished_with_warnings',
  'failed',
  'cancelled',
  'undone',
];

const usualEvents: NotificationEvent[] = ['needs_attention', 'finished', 'finished_with_warnings', 'failed'];

export type Psa = HaloSettings | ConnectWiseSettings | AutotaskSettings;
export type PsaKind = Psa['kind'];
export type WebhookFormat = NonNullable<WebhookSettings['format']>;

export const newWebhook = (): WebhookSettings => ({
  name: '',
  enabled: true,
  url: '',
  format: 'auto',
  secret: null,
  auth: { type: 'none' },
  events: usualEvents,
  tenants: null,
  private: false,
});

const common = { enabled: true, close: 'finished', events: usualEvents, private: false } as const;

export function newPsa(kind: PsaKind): Psa {
  const shared = { ...common, events: [...common.events], default_company: null };
  switch (kind) {
    case 'halopsa':
      return {
        ...shared,
        kind,
        auth_url: '',
        resource_url: '',
        client_id: '',
        client_secret: '',
        tickettype_id: 0,
        outcome_id: 7,
        closed_status_id: 9,
      };
    case 'connectwise':
      return {
        ...shared,
        kind,
        url: '',
        company_id: '',
        public_key: '',
        private_key: '',
        client_id: '',
        board_id: 0,
        status: 'New',
        closed_status: 'Closed',
      };
    case 'autotask':
      return {
        ...shared,
        kind,
        url: '',
        integration_code: '',
        user: '',
        password: '',
        queue_id: 0,
        status: 1,
        priority: 2,
        ticket_type: 1,
        closed_status: 5,
        note_type: 1,
        publish: 2,
      };
  }
}

export function newAuth(type: WebhookAuth['type']): WebhookAuth {
  switch (type) {
    case 'bearer':
      return { type, token: '' };
    case 'basic':
      return { type, user: '', password: '' };
    case 'header':
      return { type, headers: [{ name: '', value: '' }] };
    default:
      return { type: 'none' };
  }
}

const noEmail: EmailSettings = {
  enabled: false,
  via: 'graph',
  to: [],
  to_manager: false,
  to_requester: false,
  events: usualEvents,
  private: false,
};

const usualLinks: PasswordLinkSettings = { host: 'lastday', api: 'v2', expires_in_days: 7, views: 1 };

/* What one page edits. */
export type Endpoint =
  | { kind: 'webhook'; value: WebhookSettings }
  | { kind: 'email'; value: EmailSettings }
  | { kind: 'psa'; value: Psa | null }
  | { kind: 'password-links'; value: PasswordLinkSettings };

/* The endpoint that an address names; null when there is none (any more). */
export function endpointAt(settings: NotificationSettings, name: string): Endpoint | null {
  if (name === 'new-webhook') return { kind: 'webhook', value: newWebhook() };
  if (name === 'email') return { kind: 'email', value: settings.email ?? noEmail };
  if (name === 'psa') return { kind: 'psa', value: settings.psa ?? null };
  if (name === 'password-links')
    return { kind: 'password-links', value: settings.password_links ?? usualLinks };
  const value = settings.webhooks?.find(({ id }) => id === name);
  return value ? { kind: 'webhook', value } : null;
}

/* The settings with that endpoint in place of the one before; a webhook without an id is new. */
export function withEndpoint(settings: NotificationSettings, endpoint: Endpoint): NotificationSettings {
  switch (endpoint.kind) {
    case 'email':
      return { ...settings, email: endpoint.value };
    case 'psa':
      return { ...settings, psa: endpoint.value };
    case 'password-links':
      return { ...settings, password_links: endpoint.value };
    case 'webhook': {
      const { value } = endpoint;
      const before = settings.webhooks ?? [];
      return {
        ...settings,
        webhooks: value.id ? before.map((one) => (one.id === value.id ? value : one)) : [...before, value],
      };
    }
  }
}

export const withoutWebhook = (settings: NotificationSettings, id: string): NotificationSettings => ({
  ...settings,
  webhooks: (settings.webhooks ?? []).filter((one) => one.id !== id),
});

/* Where the server's refusals of the endpoint point to. */
export function pointerOf(settings: NotificationSettings, endpoint: Endpoint): string {
  if (endpoint.kind === 'password-links') return '/password_links';
  if (endpoint.kind !== 'webhook') return `/${endpoint.kind}`;
  const before = settings.webhooks ?? [];
  const at = before.findIndex(({ id }) => id !== undefined && id === endpoint.value.id);
  return `/webhooks/${at < 0 ? before.length : at}`;
}

const hosts: [RegExp, WebhookFormat][] = [
  [/(?:\.logic\.azure|\.api\.powerplatform)\.com$/i, 'teams'],
  [/^hooks\.slack\.com$/i, 'slack'],
  [/(?:^|\.)discord(?:app)?\.com$/i, 'discord'],
];

export function hostOf(url: string): string {
  const after = url.split('://')[1] ?? '';
  return after.split(/[/?#]/)[0] ?? '';
}

/* The format that a message will have. The server decides by the whole address; of a stored one we see the host. */
export function formatOf({ format = 'auto', url }: Pick<WebhookSettings, 'format' | 'url'>): WebhookFormat {
  if (format !== 'auto') return format;
  const host = hostOf(url).replace(/:\d+$/, '');
  return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? 'generic';
}

/* A secret that signs after Standard Webhooks. */
export function newSigningSecret(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  return `whsec_${btoa(String.fromCharCode(...random(new Uint8Array(32))))}`;
}
