// Ten thousand offboardings of one tenant (BENCH_BULK: so many). By how much they delay another tenant's single lockout, and
// how soon they go on after the server was killed. In a world of its own, with two companies: in the sample
// tenants the simulator takes longer for each user than the server does. Takes the programs from BUILD_DIR.
import { onlyCompanies } from '../support/company.mjs';
import { each } from '../support/each.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';
import { api, ended, line, lockOut, spread, usersOf } from './client.mjs';

const BULK = Number(process.env.BENCH_BULK ?? 10_000);
const SINGLES = 5;
const A_REQUEST = 50; // more would wait for a second person
const TARGET_MS = 2000;
const RESUMED_MS = 1000;
const TOMORROW = Date.now() + 24 * 3600_000;

const world = await World.make({ prepare: onlyCompanies([BULK, 1 + 2 * SINGLES]) });
process.env.LASTDAY_URL = world.url;
process.env.LASTDAY_TOKEN = world.token;
const [bulkTenant, urgentTenant] = (await world.tenants()).map((one) => one.id);

// From the click until the account is locked out, as whoever waits for it sees it.
async function single(user) {
  const begin = performance.now();
  await ended((await lockOut(urgentTenant, [user]))[0]);
  return performance.now() - begin;
}

async function singles(users) {
  const times = [];
  for (const user of users) times.push(await single(user));
  return times;
}

async function unfinished() {
  const text = await (await fetch(`${process.env.LASTDAY_URL}/metrics`, { headers: { authorization: `Bearer ${process.env.LASTDAY_TOKEN}` } })).text();
  const counts = [...text.matchAll(/^lastday_offboardings\{status="(?:planned|queued|running)"\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const [first, ...urgent] = await usersOf(urgentTenant, 1 + 2 * SINGLES);
await single(first); // the connections and tokens are there
const idle = await singles(urgent.slice(0, SINGLES));
line('one lockout on the idle server', spread(idle));

const users = await usersOf(bulkTenant, BULK);
const requests = Array.from({ length: Math.ceil(users.length / A_REQUEST) }, (_, i) => users.slice(A_REQUEST * i, A_REQUEST * (i + 1)));
const ids = [];
await each(requests, 2, async (some) => ids.push(...(await lockOut(bulkTenant, some, TOMORROW))));
await each(ids, 16, (id) => api('POST', `/offboardings/${id}/run-now`));
const before = await unfinished();
const beside = await singles(urgent.slice(SINGLES));
const after = await unfinished();
line(`one lockout beside a bulk of ${ids.length}`, `${spread(beside)}, ${before} to ${after} of the bulk unfinished`);

const delay = Math.max(...beside) - idle.toSorted((one, two) => one - two)[Math.floor(SINGLES / 2)];
line('delayed by at most', `${delay.toFixed(0)} ms${delay < TARGET_MS ? '' : ` (more than ${TARGET_MS})`}`);
if (!after) throw new Error('the bulk had ended before: choose more with BENCH_BULK');

// Killed in the middle of them, and started again. What was under way then has reached the simulator.
await world.stop('SIGKILL');
const { last_id: since } = await world.sim('GET', '/requests?since=999999999');
const begin = performance.now();
await world.start();
const serves = performance.now() - begin;
await until('a change', async () => writesOf((await world.sim('GET', `/requests?since=${since}`)).items).length > 0);
const again = performance.now() - begin;
line('killed beside them and started again', `serves after ${serves.toFixed(0)} ms, changes the next user after ${again.toFixed(0)} ms`);
if (again > RESUMED_MS) throw new Error(`not within ${RESUMED_MS} ms`);
await world.close();
