// The engine as a whole: tenants share it, what waits shows, it stops in time, and a tenant that cannot be signed in to waits.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { configure, deliveries, hooks, sinks } from '../support/notify.mjs';
import { onlyCompanies, personId } from '../support/company.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };

let world;
let crowd; // a tenant of many users
let small;
before(async () => {
  world = await World.make({ prepare: onlyCompanies([200, 40]), settings: { LASTDAY_NOTIFY_ALLOW_PRIVATE_ADDRESSES: 'yes' } });
  [crowd, small] = await world.tenants();
  world.tenant = small;
});
const person = (n) => personId(n, 2); // of the small one
after(() => world.close());
afterEach(async () => {
  await world.sim('PUT', '/latency', {});
  await world.sim('DELETE', '/faults');
  if (world.main.gone) await world.start();
});

async function offboard(tenant, names, options = OPTIONS, more = {}) {
  const answer = await world.api('POST', '/offboardings', { tenant: tenant.id, users: names, options, acknowledged_warnings: ['*'], ...more });
  return answer.offboardings.map((one) => one.id);
}

const isLockout = (one, id) => one.path.includes(id) && JSON.stringify(one.body ?? '').includes('accountEnabled');

test('one tenant with much to do does not delay the lockout of another', async () => {
  const names = Array.from({ length: 100 }, (_, n) => personId(n + 1, 1));
  await world.sim('PUT', '/latency', { '*': 120 });
  const parts = [0, 25, 50, 75].map((from) => names.slice(from, from + 25));
  const ids = (await Promise.all(parts.map((part) => offboard(crowd, part)))).flat();
  const urgent = person(1);
  const [id] = await offboard(small, [urgent]);
  await world.finished(id);
  const log = await world.requests();
  const lockedAt = (name) => log.findIndex((request) => writesOf([request]).some((one) => isLockout(one, name)));
  const end = lockedAt(urgent);
  const leftBehind = names.filter((name) => lockedAt(name) < 0 || lockedAt(name) > end);
  assert.ok(leftBehind.length > 40, `only ${leftBehind.length} of the others were still to be locked out`);
  // From the last thing that the request asked about its user on.
  const begin = log.slice(0, end).findLastIndex((one) => JSON.stringify(one.body ?? one.path).includes(urgent));
  assert.ok(begin >= 0 && end - begin <= 24, `${end - begin} requests from the request to the lockout`);
  await world.sim('PUT', '/latency', {});
  for (const one of ids) assert.match((await world.finished(one)).status, /^succeeded/);
  const once = writesOf(await world.requests());
  assert.deepEqual(names.map((name) => once.filter((one) => isLockout(one, name)).length), names.map(() => 1));
});

test('what waits shows as waiting, told once, and goes on', async () => {
  await world.sim('POST', '/faults', [{ service: 'graph', method: 'PATCH', path: `*/users/${person(2)}`, times: 1, status: 429, retry_after: 7 }]);
  const [id] = await offboard(small, [person(2)], { disable_sign_in: true });
  await until('it to show', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'waiting');
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/);
  assert.equal(done.tasks[0].reason, null);
  const told = (await world.api('GET', `/deliveries?limit=200`).catch(() => ({ items: [] }))).items;
  assert.ok(told.filter((one) => one.offboarding_id === id && one.event === 'waiting').length <= 1);
});

test('told to stop while the upstream hangs, it hands over and the next start goes on', async () => {
  await world.sim('POST', '/faults', [{ cmdlet: 'Set-Mailbox', delay_ms: 60_000 }]);
  const [id] = await offboard(small, [person(3)]);
  await until('the hanging call', async () => (await world.api('GET', `/offboardings/${id}`)).tasks.find((task) => task.id === 'hide_from_gal').status === 'running');
  await world.stop();
  assert.equal(world.child.exitCode, 0, world.log.slice(-1000));
  await world.sim('DELETE', '/faults');
  await world.start();
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/);
  assert.equal((await world.look(`user3@${small.default_domain}`)).mailbox.HiddenFromAddressListsEnabled, true);
});

test('f13 a tenant that refuses the application: its offboardings wait, the operator is told once, repaired they go on', async () => {
  await configure(world, { webhooks: [hooks.generic(world)] });
  const planned = await offboard(small, [person(4), person(5)], OPTIONS, {
    schedule: { at: new Date(Date.now() + 3600_000).toISOString().slice(0, 19), time_zone: 'UTC' },
  });
  await world.sim('PUT', '/latency', { graph: 400 });
  const begun = await offboard(small, [person(6), person(7)]);
  await until('them to begin', async () => (await world.api('GET', `/offboardings/${begun[0]}`)).status === 'running');
  await world.stop('SIGKILL');
  await world.sim('PUT', '/latency', {});
  const refusal = 'AADSTS7000222: The provided client secret keys for app are expired.';
  await world.sim('POST', '/faults', [{
    service: 'login', path: `*${small.id}*`, status: 401,
    body: { error: 'invalid_client', error_description: refusal, error_codes: [7000222], trace_id: personId(1), correlation_id: personId(1) },
  }]);
  await world.start();
  const all = [...planned, ...begun];
  const statuses = () => Promise.all(all.map(async (id) => (await world.api('GET', `/offboardings/${id}`)).status));
  await until('what had begun to wait', async () => (await statuses()).slice(2).every((status) => status === 'waiting'));
  await world.pass(3601_000);
  for (let tries = 0; tries < 3; tries++) {
    await world.sim('DELETE', '/requests');
    await world.pass(70_000);
    await until('another try', async () => (await world.requests('login')).some((one) => one.path.includes(small.id)));
  }
  assert.ok((await statuses()).every((status) => ['planned', 'waiting', 'running'].includes(status)), String(await statuses()));
  // Nobody else is concerned.
  const other = await offboard(crowd, [personId(190, 1)]);
  assert.match((await world.finished(other[0])).status, /^succeeded/);
  const told = () => deliveries(world, '&event=tenant_disconnected');
  await until('the operator to be told', async () => (await told()).some((one) => one.status === 'delivered'));
  assert.ok(/in the tenant Company 2\.[^"]*secret/.test(JSON.stringify(await sinks(world))), 'the name and the reason are told');
  const listed = async () => (await world.api('GET', '/tenants')).items.find((one) => one.id === small.id).health;
  const { status, disconnected } = await listed();
  assert.deepEqual([status, disconnected.code], ['disconnected', 'AADSTS7000222']);
  assert.match(disconnected.message, /secret has expired/);
  const health = await world.api('GET', `/tenants/${small.id}/health`);
  assert.deepEqual([health.status, health.token.code, health.disconnected_since], ['disconnected', 'AADSTS7000222', disconnected.since]);
  await world.sim('DELETE', '/faults');
  await until('all to go on', async () => {
    await world.pass(70_000);
    return (await statuses()).every((status) => status.startsWith('succeeded'));
  });
  for (const id of begun)
    for (const task of (await world.api('GET', `/offboardings/${id}`)).tasks) assert.ok(task.attempts <= 2, `${task.id}: ${task.attempts}`);
  assert.equal((await told()).length, 1);
  assert.notEqual((await listed())?.status, 'disconnected');
});

test('f13 a look that gets through lets what waits go on at once', async () => {
  assert.equal((await world.api('GET', `/tenants/${small.id}/health?max_age=0`)).disconnected_since, null);
  const [id] = await offboard(small, [person(8)], { disable_sign_in: true }, {
    schedule: { at: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19), time_zone: 'UTC' },
  });
  await world.stop();
  await world.sim('POST', '/faults', [{
    service: 'login', path: `*${small.id}*`, status: 401,
    body: { error: 'invalid_client', error_description: 'AADSTS7000222: The keys are expired.', error_codes: [7000222] },
  }]);
  await world.start();
  await world.api('POST', `/offboardings/${id}/run-now`);
  await until('it to wait', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'waiting');
  const health = await world.api('GET', `/tenants/${small.id}/health`);
  assert.equal(health.status, 'disconnected', 'what an earlier look found does not count any more');
  assert.ok(health.disconnected_since);
  await world.sim('DELETE', '/faults');
  const mended = await world.api('GET', `/tenants/${small.id}/health?max_age=0`);
  assert.equal(mended.token.ok, true);
  assert.equal(mended.disconnected_since, null);
  assert.match((await world.finished(id)).status, /^succeeded/);
});
