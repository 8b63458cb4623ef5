// The engine as a whole: tenants share it, what waits shows, it stops in time, and a tenant that cannot be signed in to waits.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { onlyCompanies, personId } from '../support/company.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };

let world;
let crowd; // a tenant of many users
let small;
before(async () => {
  world = await World.make({ prepare: onlyCompanies([200, 40]) });
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
  const names = Array.from({ length: 160 }, (_, n) => personId(n + 1, 1));
  await world.sim('PUT', '/latency', { '*': 120 });
  const parts = [0, 40, 80, 120].map((from) => names.slice(from, from + 40));
  const ids = (await Promise.all(parts.map((part) => offboard(crowd, part)))).flat();
  const urgent = person(1);
  const [id] = await offboard(small, [urgent]);
  await world.finished(id);
  const log = await world.requests();
  const lockedAt = (name) => log.findIndex((request) => writesOf([request]).some((one) => isLockout(one, name)));
  const end = lockedAt(urgent);
  const leftBehind = names.filter((name) => lockedAt(name) < 0 || lockedAt(name) > end);
  assert.ok(leftBehind.length > 80, `only ${leftBehind.length} of the others were still to be locked out`);
  // From the last thing that the request asked about its user on.
  const begin = log.slice(0, end).findLastIndex((one) => JSON.stringify(one.body ?? one.path).includes(urgent));
  assert.ok(begin >= 0 && end - begin <= 24, `${end - begin} requests from the request to the lockout`);
  await world.sim('PUT', '/latency', {});
  for (const one of ids) assert.match((await world.finished(one, 120_000)).status, /^succeeded/);
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
