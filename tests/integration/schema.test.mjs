// An offboarding with everything, each of its Graph calls against Microsoft's schema.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkLog, skipped } from '../support/schema.mjs';
import { ALL, World } from '../support/world.mjs';

let world;
before(async () => {
  if (!skipped) world = await World.make();
});
after(() => world?.close());

test('paths, queries, bodies and answers of an offboarding fit the schema', { skip: skipped }, async () => {
  const { user } = await world.look();
  await world.sim('PUT', '/requests', { replies: true });
  await world.api('POST', `/tenants/${world.tenant.id}/users/${user.id}/preflight`, { options: ALL });
  const { id } = await world.offboard(user.userPrincipalName, ALL);
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/);
  const sum = checkLog(await world.requests('graph'));
  assert.deepEqual(sum.findings, []);
  assert.ok(sum.calls > 10 && sum.bodies >= 3 && sum.replies > 5, JSON.stringify(sum));
  console.log(`# ${sum.calls} Graph calls, ${sum.bodies} bodies and ${sum.replies} answers checked, ${sum.beta} of beta not`);
});
