// When offboardings start, and what keeps them from it: time zones, clocks that are wrong, cancelling, doubles, what crashes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onlyCompanies, personId } from '../support/company.mjs';
import { each } from '../support/each.mjs';
import { writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };
const HOUR = 3600_000;

let world;
let next = 1;
before(async () => {
  world = await World.make({ prepare: onlyCompanies([Number(process.env.RACES ?? 60) + 100]) });
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

test('f27 what crashes the server again and again is set aside, and the others are done', async () => {
  const [poison, ...others] = await offboard(people(4), OPTIONS, { schedule: at(HOUR) });
  await world.stop();
  world.env.LASTDAY_TEST_CRASH = poison;
  await world.start();
  await world.pass(HOUR + 1000);
  for (let crash = 1; crash <= 3; crash++) {
    await until(`crash ${crash}`, () => world.main.gone);
    assert.equal(world.child.signalCode, 'SIGABRT');
    await until('the calls that led to it', () => /lastday ends [^\n]*\n.*lastday\(/s.test(world.main.log));
    if (crash < 3) await world.main.start({ waits: false });
  }
  await world.start();
  const held = await until('it to be set aside', async () => {
    const one = await get(poison);
    return one.status === 'needs_attention' ? one : null;
  });
  assert.match(held.warnings.find((one) => one.code === 'crashed').message, /three times/);
  for (const id of others) assert.match((await world.finished(id)).status, /^succeeded/);
  await world.stop();
  delete world.env.LASTDAY_TEST_CRASH;
  await world.start();
  assert.equal((await get(poison)).status, 'needs_attention');
  await world.api('POST', `/offboardings/${poison}/approve`, { reason: 'The crash was repaired.' });
  assert.match((await world.finished(poison)).status, /^succeeded/);
});

test('f28 after a cancellation was acknowledged nothing new is written', async () => {
  const users = people(Number(process.env.RACES ?? 60));
  const instant = at(HOUR);
  const ids = [];
  for (let i = 0; i < users.length; i += 20) ids.push(...(await offboard(users.slice(i, i + 20), { disable_sign_in: true, hide_from_gal: true }, { schedule: instant })));
  await world.sim('PUT', '/latency', { '*': 10 });
  await world.sim('DELETE', '/requests');
  const acknowledged = new Map();
  const cancel = (some, width) => each(some, width, async (id) => {
    const answer = await world.raw('POST', `/offboardings/${id}/cancel`);
    await answer.arrayBuffer();
    acknowledged.set(id, { ok: answer.status === 200, last_id: (await world.sim('GET', '/requests?since=999999999')).last_id });
  });
  // A third before the instant, a third around it, a third while they are at work.
  const third = Math.floor(ids.length / 3);
  await cancel(ids.slice(0, third), 20);
  await world.pass(HOUR);
  await cancel(ids.slice(third, 2 * third), 1);
  await until('the others to write', async () => writesOf(await world.requests()).length > 0);
  await cancel(ids.slice(2 * third), 20);
  const ends = await Promise.all(ids.map((id) => world.finished(id)));
  const log = await world.requests();
  let wrote = 0;
  users.forEach((user, i) => {
    const { ok, last_id: told } = acknowledged.get(ids[i]);
    if (!ok) return;
    // Acknowledged when all was done already: then that stands.
    if (ends[i].status !== 'cancelled') assert.ok(ends[i].tasks.every((task) => task.status === 'succeeded'), ends[i].status);
    const writes = log.filter((request) => writesOf([request]).some((one) => JSON.stringify([one.path, one.body]).includes(user)));
    const late = writes.filter((one) => one.id > told);
    assert.ok(late.length <= 2, `${user}: ${late.length} requests after the acknowledgement`); // one in flight for each service
    wrote += writes.length > 0;
    for (const task of ends[i].tasks) assert.ok(['cancelled', 'succeeded', 'already_done', 'skipped'].includes(task.status), task.status);
    if (!writes.length) assert.ok(ends[i].tasks.every((task) => task.status === 'cancelled'));
  });
  assert.ok(wrote > 0 && wrote <= users.length - third, `${wrote} of ${users.length} wrote something`);
  await world.sim('PUT', '/latency', {});
});

test('f29 the same request many times is one offboarding', async () => {
  const [user] = people(1);
  const times = Number(process.env.DOUBLES ?? 200);
  const body = { tenant: world.tenant.id, users: [user], options: OPTIONS, acknowledged_warnings: ['*'] };
  const key = { 'idempotency-key': 'f29' };
  await world.sim('PUT', '/latency', { '*': 100 });
  const answers = [];
  await each(Array(times).fill(body), 200, async (one) => {
    const answer = await world.raw('POST', '/offboardings', one, key);
    answers.push({ status: answer.status, body: await answer.json() });
  });
  const accepted = answers.filter((one) => one.status === 202);
  assert.ok(accepted.length >= 1);
  const [{ id }] = accepted[0].body.offboardings;
  for (const one of accepted) assert.deepEqual(one.body, accepted[0].body);
  for (const one of answers.filter((answer) => answer.status !== 202)) assert.ok([409, 429, 503].includes(one.status), JSON.stringify(one));
  assert.ok(answers.some((one) => one.body.code === 'idempotency_key_in_use'));
  const other = await world.raw('POST', '/offboardings', { ...body, reason: 'another' }, key);
  assert.equal(other.status, 422);
  assert.equal((await other.json()).code, 'idempotency_key_reused');
  // Another technician, no key: refused with the way to the one that is open.
  const [clash] = await Promise.all([world.raw('POST', '/offboardings', body), world.finished(id)]);
  const problem = await clash.json();
  if (clash.status === 409) assert.equal(problem.errors[0].offboarding, id, JSON.stringify(problem));
  await world.sim('PUT', '/latency', {});
  const list = await world.api('GET', `/offboardings?search=user${next - 1}@`);
  assert.equal(list.items.length, clash.status === 409 ? 1 : 2);
});

test('f38 many users at once: a second person, five first, and all of it stopped at once', async () => {
  const users = people(60);
  const answer = await world.api('POST', '/offboardings', { tenant: world.tenant.id, users, options: OPTIONS, acknowledged_warnings: ['*'] });
  const ids = answer.offboardings.map((one) => one.id);
  assert.ok(answer.offboardings.every((one) => one.status === 'awaiting_approval'));
  const second = (await world.run(['admin', 'token-create', '--name', 'second', '--role', 'approver'])).stdout.trim();
  const approve = async (token) => {
    const reply = await world.raw('POST', `/batches/${answer.batch}/approve`, { reason: 'Site closed.' }, { authorization: `Bearer ${token}` });
    return { status: reply.status, body: await reply.json() };
  };
  const own = await approve(world.token);
  assert.deepEqual([own.status, own.body.code], [403, 'second_person']);
  await world.sim('PUT', '/latency', { '*': 60 });
  await world.sim('DELETE', '/requests');
  assert.deepEqual((await approve(second)).body, { batch: answer.batch, released: 5, waiting: 55 });
  const early = await approve(second);
  assert.deepEqual([early.status, early.body.code], [409, 'first_stage_runs']);
  for (const id of ids.slice(0, 5)) assert.match((await world.finished(id)).status, /^succeeded/);
  const lockedOut = async () => {
    const log = await world.requests();
    return users.filter((user) => writesOf(log).some((one) => one.path.includes(user)));
  };
  assert.deepEqual((await lockedOut()).sort(), users.slice(0, 5).sort());
  assert.deepEqual((await approve(second)).body, { batch: answer.batch, released: 55, waiting: 0 });
  await until('the rest to begin', async () => (await lockedOut()).length > 8);
  const { stopped } = await world.api('POST', '/stop', { batch: answer.batch });
  const { last_id: last } = await world.sim('GET', '/requests?since=999999999');
  assert.ok(stopped > 10 && stopped <= 55, `${stopped} were stopped`);
  const ends = await Promise.all(ids.map((id) => world.finished(id)));
  assert.ok(ends.every((one) => one.status === 'cancelled' || one.status.startsWith('succeeded')), ends.map((one) => one.status).join());
  const late = (await world.requests()).filter((one) => one.id > last && writesOf([one]).length > 0);
  assert.ok(late.length <= 8, `${late.length} changes after the stop`); // what the workers had on the way
  await world.sim('PUT', '/latency', {});
  const missing = await world.raw('POST', '/stop', { batch: personId(1) });
  assert.equal(missing.status, 404);
});

// The zone's offset from UTC at that moment, by another implementation than the server's.
function offsetOf(zone, utc) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).formatToParts(utc).map((one) => [one.type, Number(one.value)]),
  );
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(utc / 1000) * 1000;
}

// The moments of the week in which the zone changes its clocks.
function changesOf(zone, begin, end) {
  const found = [];
  for (let at = begin; at < end; at += HOUR / 2) if (offsetOf(zone, at) !== offsetOf(zone, at + HOUR / 2)) found.push(at + HOUR / 2);
  return found;
}

// The first moment that shows this local time, or the first after the gap that it falls into.
function instantOf(zone, local) {
  const wanted = Date.parse(`${local}Z`);
  for (let at = wanted - 15 * HOUR; at < wanted + 15 * HOUR; at += 60_000) if (at + offsetOf(zone, at) >= wanted) return at;
  throw new Error(`${zone} ${local}`);
}

test('what fell due while nothing ran starts at once, and says how late it is', async () => {
  const [leaver] = people(1);
  const [id] = await offboard([leaver], { disable_sign_in: true }, { schedule: at(HOUR) });
  const due = Date.parse((await get(id)).scheduled_at);
  await world.stop();
  await world.pass(2 * HOUR);
  await world.start();
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/);
  assert.ok(Date.parse(done.started_at) - due >= HOUR - 60_000);
  const late = done.warnings.find((warning) => warning.code === 'started_late');
  assert.match(late.message, /^It started (59|60|61) minutes after its time/);
  assert.equal((await world.look(leaver)).user.accountEnabled, false);
});

test('f23 a week in which four zones change their clocks: each starts at its moment', async () => {
  const zones = ['Europe/Amsterdam', 'Asia/Jerusalem', 'Atlantic/Azores', 'America/Nuuk'];
  const begin = Date.parse('2027-03-24T12:00:00Z');
  const week = 7 * 24 * HOUR;
  await world.pass(begin - world.clock.now());
  const plan = [];
  for (const zone of zones) {
    const changes = changesOf(zone, begin, begin + week);
    assert.equal(changes.length, 1, zone);
    const local = changes[0] + offsetOf(zone, changes[0] - 1000); // what would have been shown at that moment
    // Just before the change, inside the gap, and just after it.
    for (const minutes of [-10, 15, 75]) {
      const text = new Date(Math.round((local + minutes * 60_000) / 60_000) * 60_000).toISOString().slice(0, 19);
      plan.push({ zone, text, at: instantOf(zone, text), user: people(1)[0] });
    }
  }
  for (const one of plan) {
    [one.id] = await offboard([one.user], { disable_sign_in: true }, { schedule: { at: one.text, time_zone: one.zone } });
    assert.equal(Date.parse((await get(one.id)).scheduled_at), one.at, `${one.zone} ${one.text}`);
  }
  for (const moment of [...new Set(plan.map((one) => one.at))].sort((a, b) => a - b)) {
    const due = plan.filter((one) => one.at === moment);
    // The clock stands a moment before, while the server starts whatever is due; then at the moment itself.
    await world.standAt(moment - 1);
    const [other] = await offboard(people(1), { disable_sign_in: true });
    const begun = (id) =>
      until('it to start', async () => {
        const now = await get(id);
        return now.started_at ? now : null;
      });
    await begun(other);
    for (const one of due) assert.equal((await get(one.id)).status, 'planned', `${one.zone} ${one.text}: a moment before`);
    await world.standAt(moment);
    for (const one of due) assert.equal(Date.parse((await begun(one.id)).started_at), moment, `${one.zone} ${one.text}`);
    await world.clock.run();
  }
  for (const one of plan) {
    const done = await world.finished(one.id);
    assert.match(done.status, /^succeeded/);
    assert.ok(!done.warnings.some((warning) => warning.code === 'clock_jumped'));
  }
});
