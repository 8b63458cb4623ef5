// Administration on the server's machine, with and without a running server, and the settings.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execFile } from 'node:child_process';
import { lastday, World } from '../support/world.mjs';

let world;
before(async () => {
  world = await World.make();
});
after(() => world.close());

const signIn = (username, password) =>
  fetch(`${world.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  }).then((answer) => answer.status);

test('user-add takes a password from standard input, or makes one and prints it alone', async () => {
  const given = await world.run(['admin', 'user-add', '--username', 'ann', '--role', 'viewer', '--password-stdin'], {
    input: 'correct horse battery\n',
  });
  assert.deepEqual([given.code, given.stdout], [0, '']);
  assert.equal(await signIn('ann', 'correct horse battery'), 200);
  const made = await world.run(['admin', 'user-add', '--username', 'bob', '--role', 'admin']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^\S{24}\n$/);
  assert.equal(await signIn('bob', made.stdout.trim()), 200);
});

test('what is wrong with an account or token is said in one sentence', async () => {
  const cases = [
    [['user-add', '--username', 'Ann', '--role', 'viewer'], 3, /ann/i],
    [['user-add', '--username', 'carl', '--role', 'king'], 2, /viewer, technician, approver or admin/],
    [['user-add', '--username', 'carl', '--role', 'viewer', '--password-stdin'], 2, /standard input is empty/],
    [['user-add', '--role', 'viewer'], 2, /the name is missing/],
    [['token-create', '--name', 'x'], 2, /--role is missing/],
    [['token-create', '--name', 'x', '--role', 'viewer', '--tenant', 'nowhere.example'], 2, /nowhere\.example/],
    // Long enough to be cut within a character, wherever that is.
    ...['', 'x', 'xx'].map((begin) => [['token-create', '--name', 'x', '--role', 'viewer', '--tenant', begin + '€'.repeat(200)], 2, /€/]),
    [['nothing'], 2, /there is no command "nothing"/],
    [[], 2, /token-create/],
  ];
  for (const [args, code, words] of cases) {
    const run = await world.run(['admin', ...args]);
    assert.equal(run.code, code, `${args}: ${run.stderr}`);
    assert.match(run.stderr, words);
    assert.equal(run.stdout, '');
  }
});

test('a token bound to a tenant sees that tenant alone', async () => {
  const [first] = await world.tenants();
  const made = await world.run(['admin', 'token-create', '--name', 'one', '--role', 'viewer', '--tenant', first.default_domain]);
  assert.equal(made.code, 0, made.stderr);
  const keep = world.token;
  world.token = made.stdout.trim();
  const seen = JSON.parse((await world.run(['tenants', '--json'])).stdout);
  world.token = keep;
  assert.deepEqual(seen.items.map((tenant) => tenant.id), [first.id]);
});

test('the local socket is for its owner alone', async () => {
  const socket = await stat(join(world.env.LASTDAY_SERVER_DATA_DIR, 'admin.sock'));
  assert.equal(socket.mode & 0o777, 0o600);
});

test('without a server admin and doctor open the store themselves', async () => {
  await world.stop();
  const added = await world.run(['admin', 'user-add', '--username', 'dora', '--role', 'viewer', '--password-stdin'], {
    input: 'another long password',
  });
  assert.equal(added.code, 0, added.stderr);
  const doctor = await world.run(['doctor', '--json']);
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
  const names = JSON.parse(doctor.stdout).map((check) => check.name);
  for (const name of ['master key', 'credentials', 'store', 'Microsoft Graph', `${world.tenant.display_name}: token`])
    assert.ok(names.includes(name), name);
  await world.start();
  assert.equal(await signIn('dora', 'another long password'), 200);
});

test('doctor names what cannot be reached and what is not set, and exits with 4', async (t) => {
  await world.stop();
  const keep = { ...world.env };
  const back = async () => {
    world.env = keep;
    await world.start();
  };
  t.after(back);
  world.env.LASTDAY_MICROSOFT_GRAPH_URL = 'http://127.0.0.1:9';
  const unreachable = await world.run(['doctor']);
  assert.equal(unreachable.code, 4);
  assert.match(unreachable.stdout, /failed +Microsoft Graph: /);
  assert.match(unreachable.stdout, /ok +sign-in service: /);
  delete world.env.LASTDAY_APP_CLIENT_SECRET;
  delete world.env.LASTDAY_APP_CLIENT_ID;
  const unset = await world.run(['doctor']);
  assert.equal(unset.code, 4);
  assert.match(unset.stdout, /failed +credentials: .*client_id/);
  const serve = await world.run(['serve']);
  assert.equal(serve.code, 4);
  assert.match(serve.stderr, /client_id/);
});

test('a second server on the same data or the same port is refused with a sentence', async () => {
  const same = await world.run(['serve']);
  assert.equal(same.code, 4);
  assert.match(same.stderr, world.postgres ? /another program uses that port/ : /another Lastday has this store open/);
  const keep = { ...world.env };
  world.env.LASTDAY_SERVER_DATA_DIR = join(world.folder, 'other');
  const port = await world.run(['serve']);
  world.env = keep;
  assert.equal(port.code, 4);
  assert.match(port.stderr, /another program uses that port/);
});

test('config checks, prints without secrets, and writes a sample that loads', async () => {
  const run = (args, env = {}) =>
    new Promise((done) =>
      execFile(lastday, ['config', ...args], { env: { PATH: process.env.PATH, HOME: folder, ...env } }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      ),
    );
  const folder = await mkdtemp(join(tmpdir(), 'lastday-config-'));
  const file = join(folder, 'lastday.conf');
  await writeFile(file, (await run(['sample'])).stdout);
  assert.deepEqual((await run(['check', '--config', file])).stdout, 'the configuration is right\n');
  const printed = await run(['print', '--config', file], {
    LASTDAY_APP_CLIENT_ID: 'abc',
    LASTDAY_APP_CLIENT_SECRET: 'hush-hush',
    LASTDAY_ENGINE_WORKERS: '7',
  });
  assert.match(printed.stdout, /engine\.workers = 7 {2}; LASTDAY_ENGINE_WORKERS/);
  assert.match(printed.stdout, /app\.client_secret = \(set\)/);
  assert.ok(!printed.stdout.includes('hush'));
  const bad = await run(['check', '--config', join(folder, 'missing.conf')]);
  assert.equal(bad.code, 4);
  assert.match(bad.stderr, /cannot read the configuration file/);
  assert.equal((await run(['check'], { LASTDAY_ENGINE_WORKERS: 'x' })).code, 4);
  await rm(folder, { recursive: true });
});

test('the client takes its address and token from client.conf, and says what is wrong in it', async () => {
  const conf = join(world.folder, '.config/lastday/client.conf');
  await mkdir(join(world.folder, '.config/lastday'), { recursive: true });
  const run = (args) =>
    new Promise((done) =>
      execFile(lastday, args, { env: { PATH: process.env.PATH, HOME: world.folder } }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      ),
    );
  const none = await run(['list']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /LASTDAY_TOKEN is not set/);
  await writeFile(conf, `# mine\nurl = ${world.url}/\ntoken = ${world.token}\n`);
  assert.equal((await run(['tenants'])).code, 0);
  await writeFile(conf, `url = ${world.url}\ntokn = x\n`);
  assert.match((await run(['tenants'])).stderr, /client\.conf: tokn: there is no such setting/);
  await writeFile(conf, 'url\n');
  assert.match((await run(['tenants'])).stderr, /client\.conf:1/);
  await writeFile(conf, 'url = gopher://x\ntoken = y\n');
  assert.match((await run(['tenants'])).stderr, /is not an address/);
});
