// A world with something on every page of administration: endpoints of all kinds and deliveries to them, templates,
// defaults, prices, a token, and leavers of several days.
import { configure, hooks, psas } from '../../support/notify.mjs';
import { accountOf, makeWorld, ordinaryMembers } from './fixtures.mjs';

export const template = {
  name: 'Standard leaver',
  description: 'Lock out, hand over to the manager, free the licenses.',
  options: {
    disable_sign_in: true,
    revoke_sessions: true,
    convert_to_shared: true,
    remove_licenses: true,
    grant_mailbox_access: { users: ['manager'] },
  },
};

const DAY = 86_400_000;

export async function makeOffice(more = {}) {
  const world = await makeWorld({
    ...more,
    settings: { LASTDAY_NOTIFY_ALLOW_PRIVATE_ADDRESSES: 'yes', ...more.settings },
  });
  world.admin = await accountOf(world, 'admin');
  return world;
}

export const taggedPut = async (world, path, change) => {
  const got = await world.raw('GET', path);
  const body = change(await got.json());
  return world.api('PUT', path, body, { 'if-match': got.headers.get('etag') });
};

export async function addEndpoints(world) {
  return configure(world, {
    webhooks: [
      hooks.teams(world, { name: 'Service desk' }),
      hooks.generic(world, { name: 'Inventory' }),
      { ...hooks.slack(world, { name: 'Old channel' }), enabled: false },
    ],
    email: {
      enabled: true,
      via: 'graph',
      from: `adele.vance@${world.tenant.default_domain}`,
      to: ['servicedesk@example.com'],
      to_manager: true,
      events: ['finished', 'failed'],
    },
    psa: psas.halopsa(world),
    reminder_minutes: 120,
  });
}

// Leavers of some days, one of them failed, and one planned.
export async function addLeavers(world) {
  const leavers = await ordinaryMembers(world);
  const options = { disable_sign_in: true, revoke_sessions: true, remove_licenses: true, hide_from_gal: true };
  for (const [at, count] of [2, 1, 3].entries()) {
    const batch = leavers.splice(0, count);
    for (const user of batch)
      await world.finished((await world.offboard(user.id, options, { reference: `HR-10${at}` })).id);
    await world.pass(2 * DAY);
  }
  await world.sim('POST', '/faults', [
    { service: 'exchange', cmdlet: 'Set-Mailbox', times: 1, status: 403 },
  ]);
  const [failed, planned] = leavers.splice(0, 2);
  await world.finished((await world.offboard(failed.id, options, { reference: 'HR-110' })).id);
  await world.offboard(planned.id, options, {
    schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' },
    reference: 'HR-120',
  });
}
