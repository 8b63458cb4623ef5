// Several nodes on one PostgreSQL: they share the work, take over from each other, pass events on, and outlive their database.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Postgres } from '../support/postgres.mjs';
import { leaversOf, writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const run = promisify(execFile);
const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true, remove_licenses: true };
const LEASE = '5';

let world;
let users;
before(async () => {
  world = await World.make({
    store: 'postgresql',
    settings: { LASTDAY_ENGINE_LEASE_SECONDS: LEASE, LASTDAY_ENGINE_WORKERS: '4' },
  });
  world.tenant = (await world.tenants())[1]; // a few hundred users
  users = leaversOf(await world.whole());
});
after(() => world.close());
// Each test begins with the main node alone.
afterEach(async () => {
  for (const node of world.nodes.splice(0)) {
    if (node.child && !node.gone) node.child.kill('SIGCONT');
    await node.stop();
    node.checkLog();
  }
  await world.sim('PUT', '/latency', {});
  if (world.main.gone) await world.start();
});

const post = (url, path, body) =>
  fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function offboardMany(count, url = world.url) {
  const names = users.splice(0, count).map((user) => user.id);
  const answer = await post(url, '/offboardings', {
    tenant: world.tenant.default_domain,
    users: names,
    options: OPTIONS,
    acknowledged_warnings: ['*'],
  });
  assert.equal(answer.status, 202, await answer.clone().text());
  return { names, ids: (await answer.json()).offboardings.map((one) => one.id) };
}

async function allFinished(ids) {
  for (const id of ids) {
    const done = await world.finished(id);
    assert.match(done.status, /^succeeded/, JSON.stringify(done.tasks.filter((task) => task.error)));
  }
}

// Asked of the simulator: everybody is locked out and hidden.
async function allDone(names) {
  for (const name of names) {
    const { user, mailbox } = await world.look(name);
    assert.equal(user.accountEnabled, false, name);
    assert.equal(mailbox.HiddenFromAddressListsEnabled, true, name);
  }
}

async function lockoutsOf(names) {
  const log = writesOf(await world.requests());
  return names.map(
    (name) => log.filter((one) => one.path.includes(name) && JSON.stringify(one.body ?? '').includes('accountEnabled')).length,
  );
}

// Calls the simulator by another name, so that its log tells who called.
const byAnotherName = () =>
  Object.fromEntries(
    ['LOGIN', 'GRAPH', 'EXCHANGE', 'SHAREPOINT'].map((name) => [
      `LASTDAY_MICROSOFT_${name}_URL`,
      world.env[`LASTDAY_MICROSOFT_${name}_URL`].replace('127.0.0.1', 'localhost'),
    ]),
  );

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// Follows one offboarding; resolves to its task events when it ends.
async function follow(url, id) {
  const response = await fetch(`${url}/api/v1/offboardings/${id}/events?last_event_id=0`, {
    headers: { authorization: `Bearer ${world.token}`, accept: 'text/event-stream' },
  });
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    if (text.includes('event: end')) break;
  }
  return text
    .split('\n\n')
    .map((block) => ({ id: Number(/^id: ?(\d+)$/m.exec(block)?.[1]), event: /^event: ?(.+)$/m.exec(block)?.[1] }))
    .filter((one) => one.event);
}

test('three nodes share the offboardings, and each is done once', async () => {
  const nodes = [world.node('second'), world.node('third')];
  await Promise.all(nodes.map((node) => node.start()));
  await world.sim('PUT', '/latency', { '*': 60 });
  await world.sim('DELETE', '/requests');
  const { names, ids } = await offboardMany(30);
  await allFinished(ids);
  await allDone(names);
  assert.deepEqual(await lockoutsOf(names), names.map(() => 1));
  const claims = [world.main, ...nodes].map((node) => node.events('offboarding_claimed').length);
  assert.equal(claims.reduce((sum, count) => sum + count), ids.length);
  assert.ok(claims.filter((count) => count > 0).length >= 2, `claims: ${claims}`);
});

test('roles: web runs nothing, worker answers probes alone, and events reach a browser at the other node', async () => {
  await world.stop();
  const web = world.node('web', { args: ['--role', 'web'] });
  const worker = world.node('worker', { args: ['--role', 'worker'], settings: { LASTDAY_SERVER_LISTEN: '0.0.0.0:0' } });
  await Promise.all([web.start(), worker.start()]);
  assert.equal(new URL(worker.url).hostname, '127.0.0.1');
  assert.equal((await fetch(`${worker.url}/readyz`)).status, 200);
  assert.equal((await fetch(`${worker.url}/metrics`)).status, 200);
  for (const path of ['/api/v1/me', '/', '/api/v1/openapi.json']) assert.equal((await fetch(worker.url + path)).status, 404, path);
  const { ids } = await offboardMany(1, web.url);
  const events = await follow(web.url, ids[0]);
  assert.deepEqual(events.map((one) => one.id), events.map((one) => one.id).sort((a, b) => a - b));
  assert.equal(events.at(-1).event, 'end');
  assert.ok(events.filter((one) => one.event === 'task').length >= 4);
  assert.equal(web.events('offboarding_claimed').length, 0);
  assert.equal(worker.events('offboarding_claimed').length, 1);
  // A client that comes back to another node goes on where it was.
  await world.start();
  const again = await fetch(`${world.url}/api/v1/offboardings/${ids[0]}/events?last_event_id=${events[1].id}`, {
    headers: { authorization: `Bearer ${world.token}` },
  });
  let text = '';
  for await (const chunk of again.body) {
    text += Buffer.from(chunk).toString();
    if (text.includes('event: end')) break;
  }
  const ids2 = [...text.matchAll(/^id: ?(\d+)$/gm)].map((one) => Number(one[1]));
  assert.deepEqual(ids2, events.slice(2).map((one) => one.id));
});

test('the list of nodes says who works, who died, and forgets who stopped', async () => {
  const list = async () =>
    Object.fromEntries((await world.api('GET', '/nodes')).items.map(({ name, role, alive, self }) => [name, { role, alive, self }]));
  const here = { role: 'all', alive: true, self: true };
  const [main] = (await world.api('GET', '/nodes')).items;
  const worker = world.node('worker-of-list', { args: ['--role', 'worker'] });
  const doomed = world.node('doomed-of-list', { args: ['--role', 'web'] });
  await Promise.all([worker.start(), doomed.start()]);
  assert.deepEqual(await list(), {
    [main.name]: here,
    'worker-of-list': { role: 'worker', alive: true, self: false },
    'doomed-of-list': { role: 'web', alive: true, self: false },
  });
  const { items } = await world.api('GET', '/nodes');
  const { version } = await (await fetch(`${world.url}/healthz`)).json();
  for (const node of items) {
    assert.equal(node.version, version);
    assert.ok(Date.parse(node.started_at) <= Date.parse(node.seen_at));
  }
  await doomed.stop('SIGKILL');
  await worker.stop();
  const left = (await list())['worker-of-list'];
  assert.equal(left, undefined);
  const database = new URL(world.env.LASTDAY_STORE_URL).pathname.slice(1);
  const ago = (ms) => world.postgres.query(`UPDATE nodes SET seen_at = seen_at - ${ms} WHERE name = 'doomed-of-list'`, database);
  assert.equal((await list())['doomed-of-list'].alive, true, 'nobody knows yet');
  await ago(30_000); // half a minute without a word
  assert.equal((await list())['doomed-of-list'].alive, false);
  assert.deepEqual((await list())[main.name], here, 'the other goes on');
  // Seven days on it is forgotten by the next sign of life.
  await ago(7 * 24 * 3600 * 1000);
  await until('it to be forgotten', async () => !(await list())['doomed-of-list'], 30_000);
});

test('cancelled at one node, the run at another stops', async () => {
  const web = world.node('web', { args: ['--role', 'web'] });
  await web.start();
  await world.sim('PUT', '/latency', { exchange: 1500 });
  const { ids, names } = await offboardMany(1, web.url);
  await until('it to run', async () => (await world.api('GET', `/offboardings/${ids[0]}`)).status === 'running');
  assert.equal((await post(web.url, `/offboardings/${ids[0]}/cancel`)).status, 200);
  const done = await world.finished(ids[0]);
  assert.equal(done.status, 'cancelled');
  assert.equal((await world.look(names[0])).mailbox.HiddenFromAddressListsEnabled, false);
});

test('f24 a node that stood still writes nothing more, and another finishes', async () => {
  const frozen = world.node('frozen', { settings: byAnotherName() });
  await frozen.start();
  await world.stop();
  await world.sim('PUT', '/latency', { '*': 1000 });
  await world.sim('DELETE', '/requests');
  const { names, ids } = await offboardMany(6, frozen.url);
  await until('calls', async () => writesOf(await world.requests()).length > 2);
  frozen.child.kill('SIGSTOP');
  await world.sim('PUT', '/latency', { '*': 300 });
  await world.start();
  await allFinished(ids);
  const after = Math.max(...(await world.requests()).map((one) => one.id));
  frozen.child.kill('SIGCONT');
  await until('it to notice', () => frozen.events('offboarding_let_go').length > 0);
  await sleep(2000);
  const late = writesOf((await world.requests()).filter((one) => one.id > after)).filter((one) => one.host.startsWith('localhost'));
  assert.deepEqual(late, []);
  await allDone(names);
  for (const id of ids) assert.match((await world.api('GET', `/offboardings/${id}`)).status, /^succeeded/);
});

test('f25 a node that is cut off from the database stops sending, and another takes over', async (t) => {
  // Between node and database: passes everything on until it is told to swallow it.
  const proxy = { sockets: new Set(), swallow: false };
  const server = createServer((client) => {
    const upstream = connect(world.postgres.port, '127.0.0.1');
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      proxy.sockets.add(from);
      from.on('data', (bytes) => proxy.swallow || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => proxy.swallow || to.destroy());
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    for (const socket of proxy.sockets) socket.destroy();
    server.close();
  });
  const url = new URL(world.env.LASTDAY_STORE_URL);
  url.port = server.address().port;
  const cut = world.node('cut', { settings: { ...byAnotherName(), LASTDAY_STORE_URL: url.href } });
  await cut.start();
  await world.stop();
  await world.sim('PUT', '/latency', { '*': 300 });
  await world.sim('DELETE', '/requests');
  const { names, ids } = await offboardMany(4, cut.url);
  await until('calls', async () => writesOf(await world.requests()).length > 1);
  proxy.swallow = true;
  await world.start();
  await allFinished(ids);
  const finished = Math.max(...(await world.requests()).map((one) => one.id));
  await allDone(names);
  const unready = await fetch(`${cut.url}/readyz`);
  assert.equal(unready.status, 503);
  assert.equal((await unready.json()).checks.find((check) => check.name === 'store').code, 'store_unreachable');
  assert.equal((await fetch(`${cut.url}/healthz`)).status, 200);
  const late = writesOf((await world.requests()).filter((one) => one.id > finished)).filter((one) => one.host.startsWith('localhost'));
  assert.deepEqual(late, []);
  for (const socket of proxy.sockets) socket.destroy();
  proxy.swallow = false;
  await until('the way to the database to be seen again', async () => (await fetch(`${cut.url}/readyz`)).status === 200);
});

test('a node is killed, and another finishes what it had begun', async () => {
  const doomed = world.node('doomed');
  await doomed.start();
  await world.stop();
  await world.sim('PUT', '/latency', { '*': 200 });
  const { names, ids } = await offboardMany(8, doomed.url);
  await until('calls', () => doomed.events('offboarding_claimed').length >= 8);
  await sleep(300);
  await doomed.stop('SIGKILL');
  await world.start();
  await allFinished(ids);
  await allDone(names);
});

// A request that has got its key and waits for the simulator, which takes its time, in a node that is not the main one.
async function postHalfway(node, user, key) {
  await world.sim('PUT', '/latency', { '*': 3000 });
  await world.sim('DELETE', '/requests');
  const answer = postWithKey(node.url, user, key).catch((error) => error);
  await until('it to read facts', async () => (await world.requests()).some((one) => one.path.includes('$batch')));
  return { answer }; // in an object: it is awaited later
}

const postWithKey = async (url, user, key) => {
  const answer = await fetch(`${url}/api/v1/offboardings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ tenant: world.tenant.id, users: [user.id], options: OPTIONS, acknowledged_warnings: ['*'] }),
  });
  return { status: answer.status, body: await answer.json() };
};

async function offboardingsOf(user) {
  const list = await world.api('GET', `/offboardings?search=${encodeURIComponent(user.userPrincipalName)}`);
  return list.items.map((one) => one.id);
}

test('the key of a request whose node was killed is free at once at another node, and of one that lives it is not', async () => {
  const doomed = world.node('doomed');
  await doomed.start();
  const user = users.shift();
  const { answer } = await postHalfway(doomed, user, 'killed');
  await world.sim('PUT', '/latency', {});
  const early = await postWithKey(world.url, user, 'killed');
  assert.deepEqual([early.status, early.body.code], [409, 'idempotency_key_in_use']);
  await doomed.stop('SIGKILL');
  assert.ok((await answer) instanceof Error, 'nobody answered');
  // The server has noticed that the process is gone when its last connection has ended.
  await until('its connections to end', async () => (await locksOfProcesses()) === 1);
  const taken = await postWithKey(world.url, user, 'killed');
  assert.equal(taken.status, 202, JSON.stringify(taken.body));
  const [{ id }] = taken.body.offboardings;
  await allFinished([id]);
  assert.deepEqual((await postWithKey(world.url, user, 'killed')).body, taken.body);
  assert.deepEqual(await offboardingsOf(user), [id]);
  assert.deepEqual(await lockoutsOf([user.id]), [1]);
});

const locksOfProcesses = () =>
  world.postgres.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'", 'lastday').then(Number);

test('f24 a request whose key was taken over does nothing any more', async () => {
  const frozen = world.node('frozen');
  await frozen.start();
  const user = users.shift();
  const { answer } = await postHalfway(frozen, user, 'frozen');
  frozen.child.kill('SIGSTOP');
  await world.sim('PUT', '/latency', {});
  // As the database does when it has not heard of a node for a while.
  const database = new URL(world.env.LASTDAY_STORE_URL).pathname.slice(1);
  await world.postgres.query(`SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '${database}'`);
  const taken = await until('the key to be free', async () => {
    const one = await postWithKey(world.url, user, 'frozen');
    return one.status === 202 ? one : null;
  });
  const [{ id }] = taken.body.offboardings;
  await allFinished([id]); // so that a second one for this user would be accepted
  frozen.child.kill('SIGCONT');
  const late = await answer;
  assert.deepEqual([late.status, late.body?.code], [409, 'idempotency_key_in_use'], JSON.stringify(late));
  assert.deepEqual(await offboardingsOf(user), [id]);
  assert.deepEqual((await postWithKey(frozen.url, user, 'frozen')).body, taken.body);
});

test('f26 a key that an outage of the database left taken is free again at every node', async () => {
  const first = world.node('first');
  await first.start();
  const user = users.shift();
  const { answer } = await postHalfway(first, user, 'outage');
  await world.postgres.control('stop');
  await world.sim('PUT', '/latency', {});
  assert.equal((await answer).status, 503);
  await until('its key to be left', () => first.events('http.idempotency').length > 0);
  await world.postgres.control('up');
  const taken = await until('the key to be free', async () => {
    const one = await postWithKey(world.url, user, 'outage');
    return one.status === 202 ? one : null;
  });
  const [{ id }] = taken.body.offboardings;
  await allFinished([id]);
  const again = await until('the first to have noticed', async () => {
    const one = await postWithKey(first.url, user, 'outage');
    return one.status === 202 ? one : null;
  });
  assert.deepEqual(again.body, taken.body);
  assert.deepEqual(await offboardingsOf(user), [id]);
});

test('f20 a storm of killed connections loses nothing and doubles nothing', async () => {
  await world.sim('PUT', '/latency', { '*': 40 });
  await world.sim('DELETE', '/requests');
  let storm = true;
  let kills = 0;
  const killing = (async () => {
    const database = new URL(world.env.LASTDAY_STORE_URL).pathname.slice(1);
    while (storm) {
      kills += Number(
        await world.postgres.query(
          `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${database}' AND random() < 0.5`,
        ),
      );
      await sleep(80);
    }
  })();
  const started = [];
  for (let i = 0; i < 12; i++) {
    const name = users.shift().id;
    // As a client does: the same key until there is an answer.
    const id = await until('an answer', async () => {
      const answer = await world
        .raw(
          'POST',
          '/offboardings',
          { tenant: world.tenant.id, users: [name], options: OPTIONS, acknowledged_warnings: ['*'] },
          { 'idempotency-key': `storm-${i}` },
        )
        .catch(() => null); // the connection was closed while it was idle
      if (!answer) return null;
      const body = await answer.json();
      assert.ok([202, 409, 503].includes(answer.status), JSON.stringify(body));
      return answer.status === 202 ? body.offboardings[0].id : null;
    });
    started.push({ name, id });
  }
  await sleep(1500);
  storm = false;
  await killing;
  assert.ok(kills > 20, `${kills} connections were killed`);
  await allFinished(started.map((one) => one.id));
  await allDone(started.map((one) => one.name));
  for (const { name, id } of started) {
    const list = await world.api('GET', `/offboardings?search=${encodeURIComponent((await world.look(name)).user.userPrincipalName)}`);
    assert.deepEqual(list.items.map((one) => one.id), [id], 'one request, one offboarding');
  }
});

test('f26 the database restarts in between; /readyz says so', async () => {
  await world.sim('PUT', '/latency', { '*': 150 });
  const { names, ids } = await offboardMany(6);
  await until('the offboardings to begin', async () => (await world.requests()).length > 0);
  await sleep(400);
  await world.postgres.control('stop');
  await until('not ready', async () => {
    const answer = await fetch(`${world.url}/readyz`);
    return answer.status === 503 && (await answer.json()).checks[0].code === 'store_unreachable';
  });
  const refused = await world.raw('GET', '/offboardings');
  assert.equal(refused.status, 503);
  assert.ok(!(await refused.text()).includes('hush'));
  await world.postgres.control('up');
  await allFinished(ids);
  await allDone(names);
  assert.equal((await fetch(`${world.url}/readyz`)).status, 200);
  assert.ok(!world.main.allLogs.includes('hush-its-a-secret'), 'the password is in no log line');
});

test('a node that starts before its database waits for it and says so', async () => {
  await world.postgres.control('stop');
  const early = world.node('early', { settings: { LASTDAY_SERVER_LISTEN: `127.0.0.1:${await freePort()}` } });
  await early.start({ waits: false });
  const url = `http://${early.env.LASTDAY_SERVER_LISTEN}`;
  const asked = (path) => fetch(url + path).catch(() => null);
  const answer = await until('it to listen', () => asked('/readyz'));
  assert.equal(answer.status, 503);
  await until('the reason', async () => (await (await asked('/readyz')).json()).checks[0].code === 'store_unreachable');
  assert.equal((await asked('/healthz')).status, 200);
  assert.equal((await asked('/api/v1/me')).status, 503);
  await world.postgres.control('up');
  await until('ready', async () => (await asked('/readyz'))?.status === 200);
  await early.stop();
  // Told to stop while it waits, it stops.
  await world.postgres.control('stop');
  await early.start({ waits: false });
  await until('it to wait', async () => (await asked('/readyz'))?.status === 503);
  await early.stop();
  assert.equal(early.child.exitCode, 0);
  await world.postgres.control('up');
});

test('what makes a node unfit for the others is refused with a sentence', async () => {
  await until('the first node to be back', async () => (await fetch(`${world.url}/readyz`)).status === 200);
  const refused = async (settings, args, words) => {
    const node = world.node(`unfit-${args.join('')}${Object.keys(settings).length}`, { settings, args });
    await node.start({ waits: false });
    await until('it to end', () => node.gone);
    assert.equal(node.child.exitCode, 4, node.log);
    assert.match(node.log, words);
    assert.ok(!node.log.includes('hush'));
  };
  await refused({ LASTDAY_SECRETS_MASTER_KEY: Buffer.alloc(32, 8).toString('base64') }, [], /another master key/);
  await refused({ LASTDAY_SERVER_DATA_DIR: world.env.LASTDAY_SERVER_DATA_DIR }, [], /give each node a folder of its own/);
  await refused({ LASTDAY_STORE_URL: 'sqlite:lastday.db' }, ['--role', 'web'], /needs? store\.url = postgresql/);
  const wrong = new URL(world.env.LASTDAY_STORE_URL);
  wrong.password = 'hush-wrong';
  await refused({ LASTDAY_STORE_URL: wrong.href }, [], /refused the sign-in/);
  const backup = await world.run(['admin', 'backup', '/tmp/copy']);
  assert.equal(backup.code, 2);
  assert.match(backup.stderr, /pg_dump/);
  const restore = await world.run(['admin', 'restore', '/tmp/copy']);
  assert.equal(restore.code, 2);
  assert.match(restore.stderr, /pg_restore/);
  const printed = await world.run(['config', 'print']);
  assert.ok(!printed.stdout.includes('hush'));
});

test('f36 three nodes that start at once on an empty database migrate it once', async () => {
  const url = await world.postgres.database('fresh');
  const nodes = ['a', 'b', 'c'].map((name) => world.node(name, { settings: { LASTDAY_STORE_URL: url } }));
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) assert.equal((await fetch(`${node.url}/readyz`)).status, 200);
});

test('f37 after a dump was restored, schedules that were missed are listed and not fired', async () => {
  const at = new Date(Date.now() + 4000).toISOString().slice(0, 19);
  const answer = await post(world.url, '/offboardings', {
    tenant: world.tenant.id,
    users: [users.shift().id],
    options: OPTIONS,
    acknowledged_warnings: ['*'],
    schedule: { at, time_zone: 'Etc/UTC' },
  });
  const [{ id }] = (await answer.json()).offboardings;
  const dump = join(world.folder, 'dump');
  await run('pg_dump', ['--format=custom', `--file=${dump}`, world.env.LASTDAY_STORE_URL]);
  await allFinished([id]);
  await world.stop();
  await run('pg_restore', ['--clean', '--if-exists', `--dbname=${world.env.LASTDAY_STORE_URL}`, dump]);
  const held = await world.run(['admin', 'after-restore']);
  assert.equal(held.code, 0, held.stderr);
  assert.ok(held.stdout.includes(id), held.stdout);
  await world.sim('DELETE', '/requests');
  await world.start();
  await sleep(1500);
  const { status, warnings } = await world.api('GET', `/offboardings/${id}`);
  assert.equal(status, 'needs_attention');
  assert.ok(warnings.some((warning) => warning.code === 'missed_while_restored'));
  assert.deepEqual(writesOf(await world.requests()), []);
});

test('f26 a promoted standby that lost the last commits: what was recorded is looked at again', async (t) => {
  const primary = await Postgres.start('fsync = on');
  const standby = await primary.standby();
  t.after(() => Promise.all([primary.remove(), standby.remove()]));
  const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
  await primary.database('lastday');
  const other = await World.make({
    store: 'external',
    settings: {
      LASTDAY_STORE_URL: primary.url.replace(/@[^/]+\/.*/, `@${hosts}/lastday`),
      LASTDAY_ENGINE_LEASE_SECONDS: LEASE,
    },
  });
  t.after(() => other.close());
  await other.sim('PUT', '/latency', { '*': 1500 }); // so that it is not over before the standby is cut off
  const ended = (server) => server.query('SELECT count(*) FROM tasks WHERE ended_at IS NOT NULL', 'lastday').then(Number);
  const start = await other.look();
  const { id } = await other.offboard(start.user.id, {
    disable_sign_in: true,
    hide_from_gal: true,
    set_out_of_office: { message_html: 'Gone.', audience: 'all' },
    forward_email: { to: 'manager', keep_copy: true },
    remove_from_groups: true,
  });
  await until('the standby to know the run', async () =>
    (await standby.query("SELECT count(*) FROM offboardings WHERE status = 'running'", 'lastday').catch(() => '0')) === '1');
  // From here on nothing arrives at the standby any more.
  await standby.query("ALTER SYSTEM SET primary_conninfo = ''");
  await standby.query('SELECT pg_reload_conf()');
  await other.sim('PUT', '/latency', { '*': 200 });
  await until('more to be done than the standby knows', async () => (await ended(primary)) >= (await ended(standby)) + 2);
  await primary.control('kill');
  await standby.control('promote');
  const done = await other.finished(id);
  assert.match(done.status, /^succeeded/, JSON.stringify(done.tasks.filter((task) => task.error)));
  const now = await other.look();
  assert.equal(now.user.accountEnabled, false);
  assert.equal(now.mailbox.HiddenFromAddressListsEnabled, true);
  // What had been done was found done: nothing that Exchange or a group was told before is told again.
  const told = writesOf(await other.requests())
    .filter((one) => one.status < 300 && (one.service === 'exchange' || one.path.includes('/members/')))
    .map((one) => `${one.method} ${one.path} ${JSON.stringify(one.body)}`);
  assert.deepEqual(told, [...new Set(told)]);
  assert.ok(told.length >= 2);
  // No epoch and no event's id of the lost time is given out again.
  assert.ok(Number(await standby.query('SELECT max(id) FROM events', 'lastday')) > 2 ** 40);
  const epochs = other.main.events('offboarding_claimed').map((event) => event.epoch);
  assert.ok(epochs.length >= 2 && epochs.at(-1) >= 2 ** 33, `${epochs}`);
});
