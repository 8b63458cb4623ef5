// Throttling as Microsoft does it: nothing arrives before the time that a refusal named, few calls are refused at all, and
// everything ends as it must. The simulator's log says what arrived when.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World } from '../support/world.mjs';

const UNDER_WAY_MS = 1000; // what was sent before the refusal was read may still arrive, late on a busy machine
const WAIT_S = 4;
let world;
let users;
before(async () => {
  world = await World.make({ settings: { LASTDAY_ENGINE_WORKERS: '24' } });
  const tenant = await world.sim('GET', `/state?tenant=${world.tenant.id}`);
  users = Object.values(tenant.users)
    .filter((user) => user.accountEnabled && user.userType === 'Member' && tenant.mailboxes[user.id] && !user.onPremisesSyncEnabled)
    .map((user) => user.userPrincipalName);
});
after(() => world.close());

const OPTIONS = { disable_sign_in: true, reset_password: true, revoke_sessions: true, hide_from_gal: true, remove_from_groups: true };

async function offboardAll(names, options = OPTIONS) {
  const answer = await world.api('POST', '/offboardings', {
    tenant: world.tenant.default_domain,
    users: names,
    options,
    acknowledged_warnings: ['*'],
  });
  return Promise.all(answer.offboardings.map((one) => world.finished(one.id)));
}

// Every answer that was given: those to whole requests and those to the parts of batches.
function answers(log) {
  return log.flatMap((one) => (one.items?.length && one.status === 200 ? one.items.map((item) => ({ ...one, ...item })) : [one]));
}

function share(log, name) {
  const all = answers(log);
  const refused = all.filter((one) => one.status === 429).length;
  console.log(`# ${name}: ${refused} of ${all.length} calls were answered 429 (${((100 * refused) / all.length).toFixed(2)} %)`);
  return refused / all.length;
}

// The calls that came between a refusal and the time it named.
function early(log, seconds) {
  const requests = log.map((one) => ({ ...one, answered: one.time + one.ms, refused: one.status === 429 || one.items?.some((item) => item.status === 429) }));
  return requests.flatMap((refusal) =>
    refusal.refused
      ? requests.filter((one) => one.time > refusal.answered + UNDER_WAY_MS && one.time < refusal.answered + seconds * 1000)
      : [],
  );
}

test('f07 no call arrives before Retry-After, whole requests and parts of batches', async () => {
  const faults = [
    { service: 'graph', path: '/v1.0/$batch', nth: 2, status: 429, retry_after: WAIT_S },
    { service: 'graph', path: '*/users/*', method: 'PATCH', nth: 3, status: 429, retry_after: WAIT_S },
    { service: 'exchange', cmdlet: 'Set-Mailbox', nth: 1, status: 429, retry_after: WAIT_S },
  ];
  await world.sim('DELETE', '/requests');
  await world.sim('POST', '/faults', faults);
  for (const one of await offboardAll(users.splice(0, 4))) assert.match(one.status, /^succeeded/);
  const fired = (await world.sim('GET', '/faults')).map((rule) => rule.fired ?? 0);
  await world.sim('DELETE', '/faults');
  assert.deepEqual(fired, [1, 1, 1]);
  for (const service of ['graph', 'exchange']) {
    const log = await world.requests(service);
    share(log, `${service} with faults`);
    assert.deepEqual(early(log, WAIT_S).map((one) => `${one.method} ${one.path}`), []);
  }
});

test('f07 a lockout asks to be throttled last', async () => {
  await world.sim('DELETE', '/requests');
  await offboardAll(users.splice(0, 1));
  const batches = (await world.requests('graph')).filter((one) => one.path.endsWith('/$batch'));
  const lockout = batches.find((one) => one.items.some((item) => item.path.endsWith('/revokeSignInSessions')));
  for (const request of lockout.body.requests) assert.equal(request.headers?.['x-ms-throttle-priority'], 'high');
  for (const batch of batches.filter((one) => one !== lockout))
    for (const request of batch.body.requests) assert.equal(request.headers?.['x-ms-throttle-priority'], undefined);
});

test('within a limit that tells of itself hardly anything is refused', async () => {
  await world.sim('PUT', '/limits', {
    graph: { requests: 120, window_ms: 4000 },
    exchange: { requests: 40, window_ms: 4000, concurrent: 3 },
  });
  await world.sim('DELETE', '/requests');
  const ended = await offboardAll(users.splice(0, 6));
  await world.sim('PUT', '/limits', {});
  for (const one of ended) assert.match(one.status, /^succeeded/);
  for (const service of ['graph', 'exchange']) {
    const log = await world.requests(service);
    const refused = share(log, `${service} within limits`);
    assert.ok(refused < 0.1, `${service}: ${refused}`);
    assert.deepEqual(early(log, 1).map((one) => `${one.method} ${one.path}`), []);
  }
});

test('one tenant that is throttled does not slow down another', async () => {
  const [, other] = await world.tenants();
  await world.sim('POST', '/faults', [{ service: 'graph', path: '*/users/*', method: 'PATCH', nth: 1, status: 429, retry_after: 10 }]);
  await world.sim('DELETE', '/requests');
  const slow = offboardAll(users.splice(0, 1), { disable_sign_in: true });
  const refusedAt = async () => (await world.requests('graph')).some((one) => answers([one]).some((item) => item.status === 429));
  while (!(await refusedAt()));
  const { users: people } = await world.sim('GET', `/state?tenant=${other.id}`);
  const name = Object.values(people).find((user) => user.accountEnabled && user.userType === 'Member' && !user.onPremisesSyncEnabled).userPrincipalName;
  const quick = await world.api('POST', '/offboardings', {
    tenant: other.default_domain,
    users: [name],
    options: { disable_sign_in: true },
    acknowledged_warnings: ['*'],
  });
  const first = await Promise.race([
    world.finished(quick.offboardings[0].id).then(() => 'the other tenant'),
    slow.then(() => 'the throttled tenant'),
  ]);
  assert.equal(first, 'the other tenant');
  await world.sim('DELETE', '/faults');
  for (const one of await slow) assert.match(one.status, /^succeeded/);
});

test('f11 metrics tell how the services are doing, and name nobody', async () => {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  for (const name of ['throttled', 'broken', 'waiting'])
    for (const service of ['login', 'graph', 'exchange', 'sharepoint'])
      assert.match(text, new RegExp(`^lastday_upstream_${name}\\{service="${service}"\\} \\d+$`, 'm'));
  assert.match(text, /^lastday_tenants_disconnected 0$/m);
  assert.ok(!text.includes(world.tenant.id));
});
