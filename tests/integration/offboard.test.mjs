// The main job over REST: one user, everything that goes together, checked in the simulator's state and request log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { promisesHold } from '../support/promises.mjs';
import { ALL, World } from '../support/world.mjs';

let world;
before(async () => {
  world = await World.make();
});
after(() => world.close());

test('everything at once keeps every promise, and the calls are in order', async () => {
  const start = await world.look();
  // A first call gets the token, so that the log below shows the lockout alone.
  await world.api('POST', `/tenants/${world.tenant.id}/users/${start.user.id}/preflight`, { options: ALL });
  await world.sim('DELETE', '/requests');
  const { id } = await world.offboard(start.user.userPrincipalName, ALL);
  const done = await world.finished(id);
  const failed = done.tasks.filter((task) => !['succeeded', 'already_done'].includes(task.status));
  assert.deepEqual(failed, [], 'every task ended well');
  assert.match(done.status, /^succeeded/);
  promisesHold(start, await world.look());
  assert.ok(done.locked_out_at >= done.started_at);

  const log = await world.requests();
  assert.deepEqual(log.filter((one) => one.undocumented), [], 'no call that the contract does not describe');
  const text = (one) => JSON.stringify(one.body ?? '');
  const lockouts = log.filter((one) => text(one).includes('accountEnabled":false') || text(one).includes('revokeSignInSessions'));
  assert.equal(lockouts.length, 1, 'lockout is one round trip');
  assert.match(lockouts[0].path, /\$batch/);
  const shared = log.findIndex((one) => text(one).includes('"Set-Mailbox"') || /Set-Mailbox/.test(text(one)));
  const unlicensed = log.findIndex((one) => /assignLicense/.test(one.path) || /assignLicense/.test(text(one)));
  assert.ok(shared >= 0 && unlicensed > shared, 'licenses go after the conversion');
  const remove = done.tasks.find((task) => task.id === 'remove_licenses');
  const convert = done.tasks.find((task) => task.id === 'convert_to_shared');
  assert.ok(remove.started_at >= convert.ended_at, 'and only after it was read back');
  console.log(`# ${log.filter((one) => !one.path.startsWith('/login')).length} upstream requests`);
});

test('asked for again, only what acts each time acts', async () => {
  const start = await world.look();
  await world.sim('DELETE', '/requests');
  const { id } = await world.offboard(start.user.id, ALL);
  const done = await world.finished(id);
  const statuses = Object.fromEntries(done.tasks.map((task) => [task.id, task.status]));
  for (const [task, status] of Object.entries(statuses))
    if (!['reset_password', 'revoke_sessions', 'disable_sign_in'].includes(task))
      assert.ok(['already_done', 'skipped'].includes(status), `${task} is ${status}`);
  const log = await world.requests();
  const writes = log.filter((one) => /"cmdletname":"(set|add|remove)-/i.test(JSON.stringify(one.body ?? '')));
  assert.deepEqual(writes, []);
});

test('a user without a mailbox is locked out, the rest is skipped and says why', async () => {
  const tenant = await world.whole();
  const user = Object.values(tenant.users).find((one) => !tenant.mailboxes[one.id] && one.userType !== 'Guest' && one.accountEnabled);
  if (!user) return;
  const { id } = await world.offboard(user.id, { disable_sign_in: true, hide_from_gal: true, convert_to_shared: true });
  const done = await world.finished(id);
  const hide = done.tasks.find((task) => task.id === 'hide_from_gal');
  assert.equal(hide.status, 'skipped');
  assert.equal(hide.reason, 'no_mailbox');
});

test('what a failed permission breaks is said with code and request id, the rest goes on', async () => {
  const tenant = await world.whole();
  const user = Object.values(tenant.users).find((one) => one._manager && one.accountEnabled && tenant.mailboxes[one.id] && !one.onPremisesSyncEnabled && one.assignedLicenses.length && !(one._roles ?? []).length);
  await world.sim('POST', '/faults', [
    {
      service: 'graph',
      path: '*assignLicense*',
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' } },
    },
  ]);
  const { id } = await world.offboard(user.id, { disable_sign_in: true, remove_licenses: true, hide_from_gal: true });
  const done = await world.finished(id);
  await world.sim('DELETE', '/faults');
  const byId = Object.fromEntries(done.tasks.map((task) => [task.id, task]));
  assert.equal(done.status, 'failed');
  assert.equal(byId.disable_sign_in.status, 'succeeded');
  assert.equal(byId.hide_from_gal.status, 'succeeded');
  assert.equal(byId.remove_licenses.status, 'failed');
  assert.equal(byId.remove_licenses.error.code, 'Authorization_RequestDenied');
});

test('throttling slows down and nothing else', async () => {
  const tenant = await world.whole();
  const user = Object.values(tenant.users).find((one) => one.accountEnabled && tenant.mailboxes[one.id] && !one.onPremisesSyncEnabled && !(one._roles ?? []).length);
  await world.sim('POST', '/faults', [{ service: 'graph', path: '*$batch*', nth: 1, status: 429, retry_after: 1 }]);
  const { id } = await world.offboard(user.id, { disable_sign_in: true, hide_from_gal: true });
  const done = await world.finished(id);
  await world.sim('DELETE', '/faults');
  assert.match(done.status, /^succeeded/);
});
