// SIGKILL at every point of a delivery: before it, while the receiver works on it, after it took effect and before the
// answer, and at random. Nothing is lost; what came twice came with the same id; every PSA has one ticket.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_EVENTS, closeScanned, configure, deliveries, hooks, leaver, notifyWorld, psas, settled, sinks } from '../support/notify.mjs';
import { until } from '../support/world.mjs';

let world;
const ends = { succeeded: 'finished', succeeded_with_warnings: 'finished_with_warnings' };
const chosen = ['started', ...Object.values(ends)];
before(async () => {
  world = await notifyWorld();
});
after(() => closeScanned(world));

async function setUp(psa) {
  await configure(world, {
    webhooks: [
      hooks.generic(world, { events: chosen, private: true }),
      hooks.slack(world, { events: chosen }),
      hooks.teams(world, { events: chosen }),
    ],
    psa: psas[psa](world, { events: chosen }),
  });
}

async function check(id, psa) {
  const expected = ['started', ends[(await world.finished(id)).status]];
  const mine = await until('every delivery arrived', async () => {
    const all = await deliveries(world, `&offboarding=${id}`);
    return all.length === 8 && all.every((one) => one.status === 'delivered') ? all : null;
  }, 60_000);
  const got = await sinks(world);
  const about = got.generic.filter((one) => one.body.data.id === id);
  const ids = new Map(about.map((one) => [one['webhook-id'], one.body.type]));
  assert.deepEqual([...ids.values()].sort(), expected.map((event) => `offboarding.${event}`).sort(), 'each event has one id');
  assert.deepEqual([...ids.keys()].sort(), mine.filter((one) => one.endpoint_name === 'generic').map((one) => one.message_id).sort());
  const first = (event) => about.findIndex((one) => one.body.type === `offboarding.${event}`);
  assert.ok(first('started') < first(expected[1]), 'in order');
  const links = new Set(about.map((one) => one.body.data.password_url).filter(Boolean));
  assert.equal(links.size, 1, 'a try that is repeated carries the same link');
  const tickets = Object.values(got[psa].tickets).filter((one) => (one.summary ?? one.title).includes(id.slice(-12)));
  assert.equal(tickets.length, 1, 'one ticket');
}

const run = async () => (await world.offboard((await leaver(world)).id, { disable_sign_in: true, reset_password: true, hide_from_gal: true })).id;

// Where a fault holds or breaks the receiver's side, the server is killed; then the fault goes away.
const points = [
  ['f05_before_the_first_try', null],
  ['while_a_webhook_works_on_it', { path: '*generic*', delay_ms: 1500, times: 1 }],
  ['after_a_webhook_took_it', { path: '*generic*', close: 'after_effect', times: 2 }],
  ['while_slack_works_on_it', { path: '*slack*', delay_ms: 1500, times: 1 }],
  ['while_a_ticket_is_made', { path: '*ickets*', method: 'POST', delay_ms: 1500, times: 2 }],
  ['after_a_ticket_was_made', { path: '*ickets', method: 'POST', close: 'after_effect', times: 1 }],
  ['while_a_ticket_is_searched', { path: '*ickets*', method: 'GET', delay_ms: 1500, times: 1 }],
];
const kinds = Object.keys(psas);

for (const [index, [name, fault]] of points.entries())
  test(`killed ${name}`, async () => {
    const psa = kinds[index % kinds.length];
    await setUp(psa);
    if (fault) await world.sim('POST', '/faults', [{ service: 'sink', ...fault }]);
    const id = await run();
    if (fault) await until('the fault was met', async () => (await world.sim('GET', '/faults'))[0].fired > 0);
    await sleep(fault?.delay_ms ? 100 : 0);
    await world.stop('SIGKILL');
    await world.sim('DELETE', '/faults');
    await world.start();
    await check(id, psa);
  });

test('killed at random, many times in one delivery after another', async () => {
  await setUp('halopsa');
  await world.sim('PUT', '/latency', { sink: { min_ms: 0, max_ms: 80 } });
  const ids = [];
  for (let i = 0; i < 4; i++) {
    ids.push(await run());
    await sleep(Math.random() * 250);
    await world.stop('SIGKILL');
    await world.start();
  }
  await world.sim('PUT', '/latency', {});
  for (const id of ids) await check(id, 'halopsa');
  const got = await sinks(world);
  for (const name of ['slack', 'teams']) assert.ok(got[name].length >= 2 * ids.length, name);
});
