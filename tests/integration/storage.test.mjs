// Trouble with the SQLite store under a running server: a full disk, a lock, a file that is gone or damaged; backup and restore.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaversOf, writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const OPTIONS = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true };

const storeCheck = async (world) => {
  const answer = await fetch(`${world.url}/readyz`);
  const check = (await answer.json()).checks.find((one) => one.name === 'store');
  return { status: answer.status, ...check };
};

const request = (world, user, key) =>
  world.raw(
    'POST',
    '/offboardings',
    { tenant: world.tenant.id, users: [user.id], options: OPTIONS, acknowledged_warnings: ['*'] },
    { 'idempotency-key': key },
  );

// A disk of a few MiB that this server alone sees; where no user namespace can be had, a limit for the size of its files.
async function smallDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'lastday-small-'));
  const mount = 'mount -t tmpfs -o size=8m tmpfs "$SMALL_DISK" && exec "$0" "$@"';
  const prefix = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount];
  process.env.SMALL_DISK = folder;
  try {
    execFileSync(prefix[0], [...prefix.slice(1), 'true'], { stdio: 'ignore' });
  } catch {
    return {
      folder,
      prefix: ['env', '--ignore-signal=XFSZ'],
      fill: async (pid) => execFileSync('prlimit', [`--pid=${pid}`, '--fsize=200000:']),
      free: async (pid) => execFileSync('prlimit', [`--pid=${pid}`, '--fsize=unlimited:']),
    };
  }
  const ballast = (pid) => `/proc/${pid}/root${folder}/ballast`;
  return {
    folder,
    prefix,
    fill: async (pid) => {
      const file = await open(ballast(pid), 'w');
      try {
        for (;;) await file.write(Buffer.alloc(4096));
      } catch (error) {
        assert.equal(error.code, 'ENOSPC');
      } finally {
        await file.close();
      }
    },
    free: (pid) => rm(ballast(pid)),
  };
}

test('f18 a full disk: new work is refused, runs pause before the next change, and all goes on when there is space', async (t) => {
  const disk = await smallDisk();
  const world = await World.make({
    store: 'sqlite',
    prefix: disk.prefix,
    settings: { LASTDAY_STORE_URL: `sqlite:${disk.folder}/lastday.db` },
  });
  t.after(async () => {
    await world.close();
    await rm(disk.folder, { recursive: true, force: true });
  });
  const users = leaversOf(await world.whole());
  await world.sim('PUT', '/latency', { '*': 400 });
  const slow = users.pop();
  const { id } = await world.offboard(slow.id, OPTIONS);
  await until('it to run', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'running');
  const { pid } = world.child;
  await disk.fill(pid);
  const accepted = [];
  const refusal = await until('a refusal', async () => {
    const answer = await request(world, users.pop(), `full-${users.length}`);
    if (answer.status !== 202) return answer;
    accepted.push((await answer.json()).offboardings[0].id);
    return null;
  });
  assert.equal(refusal.status, 507);
  const problem = await refusal.json();
  assert.equal(problem.code, 'store_full');
  assert.match(problem.detail, /disk .* is full/);
  assert.equal((await world.raw('GET', '/offboardings')).status, 200);
  assert.equal((await fetch(`${world.url}/healthz`)).status, 200);
  const check = await storeCheck(world);
  assert.deepEqual([check.status, check.code], [503, 'store_full']);
  await sleep(1500); // what was on its way has arrived
  const paused = writesOf(await world.requests()).length;
  await sleep(1500);
  assert.equal(writesOf(await world.requests()).length, paused, 'nothing is changed that could not be recorded');
  await disk.free(pid);
  await world.sim('PUT', '/latency', {});
  await until('ready', async () => (await storeCheck(world)).status === 200);
  for (const one of [id, ...accepted]) assert.match((await world.finished(one)).status, /^succeeded/);
  assert.equal((await request(world, users.pop(), 'again')).status, 202);
  assert.equal(world.child.pid, pid, 'without a restart');
  assert.equal((await world.look(slow.id)).mailbox.HiddenFromAddressListsEnabled, true);
});

let world;
let users;
before(async () => {
  world = await World.make({ store: 'sqlite' });
  users = leaversOf(await world.whole());
});
after(() => world.close());

const database = () => join(world.env.LASTDAY_SERVER_DATA_DIR, 'lastday.db');

async function failsToStart(words) {
  const run = await world.run(['serve']);
  assert.equal(run.code, 4, run.stderr);
  assert.match(run.stderr, words);
}

test('f20 a database that another program has locked: 503, readers go on, and so does all when it is free', async () => {
  const locker = spawn('python3', [
    '-c',
    'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute("BEGIN IMMEDIATE")\nprint("locked", flush=True)\nsys.stdin.read()',
    database(),
  ]);
  await new Promise((done) => locker.stdout.once('data', done));
  const refused = await request(world, users.at(-1), 'locked');
  assert.equal(refused.status, 503);
  assert.equal((await refused.json()).code, 'store_locked');
  assert.equal((await world.raw('GET', '/offboardings')).status, 200);
  const gone = new Promise((done) => locker.once('exit', done));
  locker.stdin.end();
  await gone;
  const answer = await request(world, users.pop(), 'locked');
  assert.equal(answer.status, 202);
  assert.match((await world.finished((await answer.json()).offboardings[0].id)).status, /^succeeded/);
  assert.equal((await storeCheck(world)).status, 200);
});

test('f20 a database that was moved away ends the server; put back, it goes on', async () => {
  await world.sim('PUT', '/latency', { '*': 200 });
  const { id } = await world.offboard(users.pop().id, OPTIONS);
  const ended = new Promise((done) => world.child.once('exit', done));
  await rename(database(), `${database()}.moved`);
  assert.equal(await ended, 4);
  assert.match(world.log, /moved, deleted or replaced/);
  await rename(`${database()}.moved`, database());
  await world.sim('PUT', '/latency', {});
  await world.start();
  assert.match((await world.finished(id)).status, /^succeeded/);
});

test('a backup of a busy server is whole, and restores', async () => {
  await world.sim('PUT', '/latency', { '*': 30 });
  const accepted = [];
  for (let i = 0; i < 8; i++) accepted.push((await world.offboard(users.pop().id, OPTIONS)).id);
  const file = join(world.folder, 'busy.backup');
  const made = await world.run(['admin', 'backup', file]);
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const twice = await world.run(['admin', 'backup', file]);
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /exists already/);
  const while_running = await world.run(['admin', 'restore', file]);
  assert.equal(while_running.code, 4);
  assert.match(while_running.stderr, /another Lastday has this store open/);
  for (const id of accepted) await world.finished(id);
  await world.stop();
  const restored = await world.run(['admin', 'restore', file]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stderr, /the one before is .*lastday\.db\.before-/);
  await world.sim('DELETE', '/requests');
  await world.start();
  // Runs that have ended since are recognised by looking: nothing is told to Exchange again.
  for (const id of accepted) assert.match((await world.finished(id)).status, /^succeeded/);
  const again = writesOf(await world.requests()).filter((one) => one.service === 'exchange');
  assert.deepEqual(again.map((one) => JSON.stringify(one.body)), []);
  await world.sim('PUT', '/latency', {});
});

test('a torn backup is refused and nothing is touched', async () => {
  const file = join(world.folder, 'torn.backup');
  assert.equal((await world.run(['admin', 'backup', file])).code, 0);
  await truncate(file, Math.floor((await stat(file)).size / 2));
  await world.stop();
  const refused = await world.run(['admin', 'restore', file]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /no whole backup/);
  await world.start();
  assert.ok((await world.api('GET', '/offboardings')).items.length > 0);
});

test('f37 schedules that were missed before a restore are listed and not fired', async () => {
  const soon = users.pop();
  const later = users.pop();
  const at = new Date(Date.now() + 4000);
  const schedule = (when) => ({ at: when.toISOString().slice(0, 19), time_zone: 'Etc/UTC' });
  const missed = await world.offboard(soon.id, OPTIONS, { schedule: schedule(at) });
  const future = await world.offboard(later.id, OPTIONS, { schedule: schedule(new Date(Date.now() + 86_400_000)) });
  const file = join(world.folder, 'old.backup');
  assert.equal((await world.run(['admin', 'backup', file])).code, 0);
  assert.match((await world.finished(missed.id)).status, /^succeeded/);
  await world.stop();
  const restored = await world.run(['admin', 'restore', file]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.ok(restored.stdout.includes(missed.id) && !restored.stdout.includes(future.id), restored.stdout);
  await world.sim('DELETE', '/requests');
  await world.start();
  await sleep(1500);
  const held = await world.api('GET', `/offboardings/${missed.id}`);
  assert.equal(held.status, 'needs_attention');
  assert.ok(held.warnings.some((warning) => warning.code === 'missed_while_restored' && /restored from a backup/.test(warning.message)));
  assert.equal((await world.api('GET', `/offboardings/${future.id}`)).status, 'planned');
  assert.deepEqual(writesOf(await world.requests()), []);
  assert.equal((await world.api('POST', `/offboardings/${missed.id}/cancel`)).status, 'cancelled');
});

test('f21 a damaged file is seen at the start, with what to do; the backup brings it back', async () => {
  const file = join(world.folder, 'good.backup');
  assert.equal((await world.run(['admin', 'backup', file])).code, 0);
  const before = (await world.api('GET', '/offboardings')).items.map((one) => one.id);
  await world.stop();
  const handle = await open(database(), 'r+');
  const page = Math.floor((await stat(database())).size / 4096 / 2);
  await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
  await handle.close();
  await failsToStart(/is damaged .* restore the newest backup with `lastday admin restore FILE`/);
  const restored = await world.run(['admin', 'restore', file]);
  assert.equal(restored.code, 0, restored.stderr);
  await world.start();
  assert.deepEqual((await world.api('GET', '/offboardings')).items.map((one) => one.id), before);
});

test('f21 a write-ahead log that is gone after a crash is seen at the start', async () => {
  await world.offboard(users.pop().id, OPTIONS);
  await world.stop('SIGKILL');
  await rename(`${database()}-wal`, `${database()}-kept`);
  await failsToStart(/write-ahead log .* is missing/);
  await rename(`${database()}-kept`, `${database()}-wal`);
  await world.start();
});

test('a store of a newer version is refused with a sentence', async () => {
  await world.stop();
  execFileSync('python3', [
    '-c',
    'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute("INSERT INTO schema_version VALUES (999)")\nc.commit()\nc.close()',
    database(),
  ]);
  await failsToStart(/written by a newer Lastday .* Start the newer one/);
});
