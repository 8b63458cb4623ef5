// Whether the server grows with time: simulated weeks of offboardings now and later, reports and searches, with memory and
// descriptors after each (SOAK_WEEKS: so many). Needs a build with the tests' clock and without sanitizers in BUILD_DIR.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { onlyCompanies, personId } from '../support/company.mjs';
import { World } from '../support/world.mjs';
import { line } from './client.mjs';

const WEEKS = Number(process.env.SOAK_WEEKS ?? 20);
const A_DAY = 10; // of each tenant, half of them planned
const TENANTS = 2;
const QUARTER = 6 * 3600_000; // of a day
const GROWTH_MB = 1; // in a week of the second half
const OPTIONS = {
  disable_sign_in: true,
  reset_password: true,
  revoke_sessions: true,
  hide_from_gal: true,
  convert_to_shared: true,
  remove_from_groups: true,
  remove_licenses: true,
  set_out_of_office: { message_html: 'Gone.', audience: 'all' },
};

const world = await World.make({
  prepare: onlyCompanies(Array(TENANTS).fill(WEEKS * 7 * A_DAY)),
  settings: { LASTDAY_INDEX_ENABLED: 'yes' },
});
await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
const tenants = await world.tenants();

async function offboard(company, day, from, count, ahead) {
  const users = Array.from({ length: count }, (_, i) => personId(day * A_DAY + from + i + 1, company + 1));
  const schedule = ahead ? { at: new Date(world.clock.now() + ahead).toISOString().slice(0, 19), time_zone: 'UTC' } : null;
  const body = { tenant: tenants[company].id, users, options: OPTIONS, acknowledged_warnings: ['*'], schedule };
  return (await world.api('POST', '/offboardings', body)).offboardings.map((one) => one.id);
}

async function pass(day) {
  const ids = [];
  for (let company = 0; company < TENANTS; company++) {
    ids.push(...(await offboard(company, day, 0, A_DAY / 2)));
    ids.push(...(await offboard(company, day, A_DAY / 2, A_DAY / 2, 2 * QUARTER)));
  }
  for (let quarter = 0; quarter < 4; quarter++) {
    await world.pass(QUARTER);
    await sleep(200);
  }
  for (const id of ids) {
    const one = await world.finished(id);
    if (!one.status.startsWith('succeeded')) throw new Error(`day ${day}: ${one.status}`);
  }
  await (await world.raw('GET', `/offboardings/${ids[0]}/report?format=pdf`)).arrayBuffer();
  await world.api('GET', `/tenants/${tenants[0].id}/users?search=user`);
  await world.sim('DELETE', '/requests');
}

function measured() {
  const proc = `/proc/${world.child.pid}`;
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'));
  return { mb: Number(kb) / 1024, descriptors: readdirSync(`${proc}/fd`).length };
}

const weeks = [];
for (let day = 0; day < 7 * WEEKS; day++) {
  await pass(day);
  if (day % 7 < 6) continue;
  weeks.push(measured());
  const { mb, descriptors } = weeks.at(-1);
  line(`after ${weeks.length} weeks, ${weeks.length * 7 * A_DAY * TENANTS} offboardings`, `${mb.toFixed(1)} MB, ${descriptors} descriptors`);
}
await world.close();
const half = Math.floor(WEEKS / 2);
const growth = (weeks.at(-1).mb - weeks[half - 1].mb) / (WEEKS - half);
line('grows in a week of the second half by', `${growth.toFixed(2)} MB`);
if (growth > GROWTH_MB) throw new Error(`more than ${GROWTH_MB} MB`);
