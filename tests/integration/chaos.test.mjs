// Three nodes share the offboardings of many tenants, and one of them is killed all the time: none is lost, none is done twice.
// CHAOS_RUNS, CHAOS_TENANTS and CHAOS_KILL_SECONDS make it larger (make chaos).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onlyCompanies, personId } from '../support/company.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const RUNS = Number(process.env.CHAOS_RUNS ?? 80);
const TENANTS = Number(process.env.CHAOS_TENANTS ?? 10);
const KILL_MS = Number(process.env.CHAOS_KILL_SECONDS ?? 2) * 1000;
const WORKERS = 4;
const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };
const each = RUNS / TENANTS;

let world;
before(async () => {
  world = await World.make({
    store: 'postgresql',
    prepare: onlyCompanies(Array(TENANTS).fill(each)),
    settings: { LASTDAY_ENGINE_LEASE_SECONDS: '5', LASTDAY_ENGINE_WORKERS: String(WORKERS), LASTDAY_ENGINE_APPROVE_ABOVE: '0' },
  });
});
after(() => world.close());

test(`${RUNS} offboardings of ${TENANTS} tenants, and a node killed every ${KILL_MS / 1000} s`, async () => {
  await world.stop();
  const web = world.node('web', { args: ['--role', 'web'] });
  const workers = ['first', 'second', 'third'].map((name) => world.node(name, { args: ['--role', 'worker'] }));
  await Promise.all([web, ...workers].map((node) => node.start()));
  world.url = web.url;
  await world.sim('PUT', '/latency', { '*': 60 });
  await world.sim('DELETE', '/requests');
  const tenants = await world.tenants();
  const ids = [];
  let working = true;
  let kills = 0;
  const killing = (async () => {
    for (let turn = 0; working; turn++) {
      await sleep(KILL_MS);
      if (!working) break;
      const victim = workers[turn % workers.length];
      await victim.stop('SIGKILL');
      kills++;
      await victim.start();
    }
  })();
  try {
    for (const [i, tenant] of tenants.entries()) {
      const users = Array.from({ length: each }, (_, n) => personId(n + 1, i + 1));
      const answer = await world.api('POST', '/offboardings', { tenant: tenant.id, users, options: OPTIONS, acknowledged_warnings: ['*'] });
      ids.push(...answer.offboardings.map((one) => one.id));
    }
    const limit = 120_000 + RUNS * 500;
    await until('all to end', async () => {
      await sleep(500);
      const open = await world.api('GET', '/offboardings?status=planned,queued,running,waiting,needs_attention&limit=1');
      return open.items.length === 0;
    }, limit);
  } finally {
    working = false;
    await killing;
  }
  assert.equal(ids.length, RUNS);
  for (const id of ids) {
    const done = await world.api('GET', `/offboardings/${id}`);
    assert.match(done.status, /^succeeded/, JSON.stringify(done.tasks.filter((task) => task.error)));
  }
  // Asked of the simulator.
  for (const tenant of tenants) {
    const { users, mailboxes } = await world.sim('GET', `/state?tenant=${tenant.id}`);
    for (const user of Object.values(users)) {
      assert.equal(user.accountEnabled, false, user.userPrincipalName);
      assert.notEqual(user.signInSessionsValidFromDateTime, '2024-02-01T08:00:00Z', user.userPrincipalName);
      assert.equal(mailboxes[user.id].HiddenFromAddressListsEnabled, true, user.userPrincipalName);
    }
  }
  // A change may be sent again only where a kill left its outcome open: at most what the workers had on the way.
  const seen = new Map();
  for (const one of writesOf(await world.requests()).filter((write) => write.path.includes('/users/'))) {
    const what = `${one.method} ${one.path}`;
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
  assert.ok(seen.size >= 2 * RUNS, `${seen.size} different changes`);
  const again = [...seen.values()].reduce((sum, count) => sum + count - 1, 0);
  console.log(`${RUNS} offboardings, ${kills} kills, ${again} changes sent again, lost 0`);
  assert.ok(kills > 0 && again <= kills * WORKERS, `${again} changes were sent again after ${kills} kills`);
});
