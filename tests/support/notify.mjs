// What the tests of notifications share: settings of every kind of endpoint at the simulator's receivers, and looking at
// what arrived there.
import { setTimeout as sleep } from 'node:timers/promises';
import { until, World } from './world.mjs';

export const SIGNING = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const ALL_EVENTS = [
  'planned', 'reminder', 'started', 'locked_out', 'waiting', 'needs_attention', 'finished', 'finished_with_warnings', 'failed',
  'cancelled', 'undone',
];
export const TASKS = { disable_sign_in: true, reset_password: true, revoke_sessions: true, hide_from_gal: true };

export const hooks = {
  generic: (world, more = {}) => ({
    name: 'generic', url: `${world.simUrl}/sink/generic/one`, format: 'generic', secret: SIGNING, events: ALL_EVENTS, ...more,
  }),
  teams: (world, more = {}) => ({
    name: 'teams', url: `${world.simUrl}/sink/teams/workflows/1?api-version=1&sig=sim-teams-signature`, format: 'teams',
    events: ALL_EVENTS, ...more,
  }),
  slack: (world, more = {}) => ({
    name: 'slack', url: `${world.simUrl}/sink/slack/services/T0000/B0000/sim-slack-secret`, format: 'slack', events: ALL_EVENTS,
    ...more,
  }),
  discord: (world, more = {}) => ({
    name: 'discord', url: `${world.simUrl}/sink/discord/api/webhooks/4242/sim-discord-token`, format: 'discord',
    events: ALL_EVENTS, ...more,
  }),
  cipp: (world, more = {}) => ({ name: 'cipp', url: `${world.simUrl}/sink/cipp/one`, format: 'cipp', events: ALL_EVENTS, ...more }),
};

export const psas = {
  halopsa: (world, more = {}) => ({
    kind: 'halopsa', auth_url: `${world.simUrl}/sink/halopsa/auth`, resource_url: `${world.simUrl}/sink/halopsa`,
    client_id: 'sim-halo', client_secret: 'sim-halo-secret', tickettype_id: 21, default_company: 12, events: ALL_EVENTS, ...more,
  }),
  connectwise: (world, more = {}) => ({
    kind: 'connectwise', url: `${world.simUrl}/sink/connectwise/v4_6_release/apis/3.0`, company_id: 'simco',
    public_key: 'sim-public', private_key: 'sim-private-key', client_id: 'sim-cw-client', board_id: 1, default_company: 250,
    events: ALL_EVENTS, ...more,
  }),
  autotask: (world, more = {}) => ({
    kind: 'autotask', url: `${world.simUrl}/sink/autotask`, integration_code: 'sim-at-code', user: 'api@sim.example',
    password: 'sim-at-secret', queue_id: 8, default_company: 175, events: ALL_EVENTS, ...more,
  }),
};

export async function notifyWorld({ settings = {}, ...more } = {}) {
  return World.make({ settings: { LASTDAY_NOTIFY_ALLOW_PRIVATE_ADDRESSES: 'yes', ...settings }, ...more });
}

export const closeScanned = (world, { more = [], ...rest } = {}) => world.close({ more: [SIGNING.slice(6), ...more], ...rest });

export async function configure(world, body) {
  const got = await world.raw('GET', '/settings/notifications');
  await got.arrayBuffer();
  return world.api('PUT', '/settings/notifications', body, { 'if-match': got.headers.get('etag') });
}

export const sinks = async (world) => ({ generic: [], ...(await world.sim('GET', '/sinks')).sinks });
export const mails = async (world) => (await world.sim('GET', '/sinks')).mail ?? [];

export async function deliveries(world, query = '') {
  const items = [];
  for (let cursor = null; ; ) {
    const page = await world.api('GET', `/deliveries?limit=200${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next_cursor;
    if (!cursor) return items;
  }
}

// All on their way have ended, and no more came meanwhile.
export async function settled(world, timeout = 30_000) {
  let before = -1;
  return until('every delivery has ended', async () => {
    const all = await deliveries(world);
    const same = all.length === before;
    before = all.every((one) => one.status !== 'pending') ? all.length : -1;
    if (same && before > 0) return all;
    await sleep(150);
    return null;
  }, timeout);
}

// An enabled user of the first tenant that nobody took yet, so that tests of one world do not meet.
export async function leaver(world) {
  world.taken ??= new Set();
  const tenant = await world.whole();
  const user = Object.values(tenant.users).find(
    (one) =>
      one.accountEnabled && one._manager && tenant.mailboxes[one.id] && !one.onPremisesSyncEnabled && !(one._roles ?? []).length &&
      one.userType !== 'Guest' && !world.taken.has(one.id),
  );
  world.taken.add(user.id);
  return user;
}
