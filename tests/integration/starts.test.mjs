// When offboardings start, and what keeps them from it: time zones, clocks that are wrong, cancelling, doubles, what crashes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onlyCompanies, personId } from '../support/company.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };
const HOUR = 3600_000;

let world;
let next = 1;
before(async () => {
  world = await World.make({ prepare: onlyCompanies([600]) });
  [world.tenant] = await world.tenants();
});
after(() => world.close());

const people = (count) => Array.from({ length: count }, () => personId(next++, 1));
const get = (id) => world.api('GET', `/offboardings/${id}`);
const at = (ms) => ({ at: new Date(world.clock.now() + ms).toISOString().slice(0, 19), time_zone: 'UTC' });

async function offboard(users, options = OPTIONS, more = {}) {
  const answer = await world.api('POST', '/offboardings', { tenant: world.tenant.id, users, options, acknowledged_warnings: ['*'], ...more });
  return answer.offboardings.map((one) => one.id);
}

// Of one person, oldest first.
async function writesTo(user) {
  return writesOf(await world.requests()).filter((one) => JSON.stringify([one.path, one.body]).includes(user));
}

test('f22 a clock that jumps starts nothing by itself, and takes nothing from what runs', async () => {
  const [first, second, busy] = people(3);
  const [held, moved] = await offboard([first, second], OPTIONS, { schedule: at(3 * HOUR) });
  await world.sim('POST', '/faults', [{ cmdlet: 'Set-Mailbox', delay_ms: 2500, times: 1 }]);
  const [running] = await offboard([busy]);
  await until('it to run', async () => (await writesTo(busy)).length > 0);
  await world.clock.jump(4 * HOUR);
  for (const id of [held, moved]) await until('it to be held', async () => (await get(id)).status === 'needs_attention');
  const { warnings } = await get(held);
  assert.match(warnings.find((one) => one.code === 'clock_jumped').message, /clock jumped forward/);
  assert.deepEqual([...(await writesTo(first)), ...(await writesTo(second))], []);
  await world.clock.jump(-4 * HOUR);
  await world.api('POST', `/offboardings/${moved}/reschedule`, at(1 * HOUR));
  await world.api('POST', `/offboardings/${held}/approve`, { reason: 'The clock is right again.' });
  assert.match((await world.finished(held)).status, /^succeeded/);
  await world.pass(HOUR + 1000);
  assert.match((await world.finished(moved)).status, /^succeeded/);
  await world.clock.jump(365 * 24 * HOUR);
  await world.clock.jump(-2 * 365 * 24 * HOUR);
  await world.clock.jump(365 * 24 * HOUR);
  const done = await world.finished(running);
  assert.match(done.status, /^succeeded/);
  const jumps = world.main.events('clock_jumped').map((one) => Math.round(one.ms / HOUR));
  assert.deepEqual(jumps.slice(0, 2), [4, -4]);
  for (const id of [held, moved, running]) {
    const claims = world.main.events('offboarding_claimed').filter((one) => one.offboarding === id).length;
    assert.equal(claims, id === running ? 1 : 2, id); // held and claimed again; what ran kept its claim
  }
});
