// `lastday demo` as somebody tries it for the first time: one command, an address, a way to sign in; and nothing left behind.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertNoSecretsIn } from '../support/secrets.mjs';
import { CLIENT_SECRET, lastday, until } from '../support/world.mjs';

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lastday-demo-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function start(extra = []) {
  const child = spawn(lastday, ['demo', '--port', '0', '--data-dir', folder, ...extra], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const demo = { child, out: '', log: '' };
  child.stdout.on('data', (text) => (demo.out += text));
  child.stderr.on('data', (text) => (demo.log += text));
  demo.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
  await until('demo', () => {
    if (child.exitCode !== null) throw new Error(`demo ended with ${child.exitCode}: ${demo.log}`);
    return demo.out.includes('Ctrl+C');
  });
  demo.url = /Open +(\S+)/.exec(demo.out)[1];
  demo.simulator = /simulator at (\S+?);/.exec(demo.out)[1];
  demo.password = /Password +(\S+)/.exec(demo.out)[1];
  return demo;
}

async function signIn({ url, password }) {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password }),
  });
  return answer.status;
}

// The simulator of that demo: its process id.
async function simulatorOf(demo) {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const program = await readlink(`/proc/${name}/exe`).catch(() => '');
    if (parent === demo.child.pid && program.endsWith('m365sim')) return Number(name);
  }
  throw new Error('no simulator');
}

const away = (url) => fetch(url).then(() => false, () => true);

test('the printed address and password open it, three tenants are there, and the second start knows the same password', async () => {
  const first = await start();
  assert.equal(await signIn(first), 200);
  assert.match(first.out, /Contoso.*Fabrikam.*Northwind/);
  first.child.kill('SIGTERM');
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  assert.ok(await away(`${first.simulator}/_sim/tenants`), 'the simulator is gone too');

  const second = await start();
  assert.equal(second.password, first.password);
  assert.equal(await signIn(second), 200);
  second.child.kill('SIGINT');
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});

test('what it stores and logs holds no secret but the password that it prints, in the file for that', async () => {
  const demo = await start();
  assert.equal(await signIn(demo), 200);
  demo.child.kill('SIGTERM');
  await demo.ended;
  assert.ok(!demo.log.includes(demo.password));
  await assertNoSecretsIn(join(folder, 'small'), [demo.password, CLIENT_SECRET], ['password', 'simulator']);
  assert.equal((await readFile(join(folder, 'small', 'password'), 'utf8')).trim(), demo.password);
});

test('when the simulator dies the demo says so and stops', async () => {
  const demo = await start();
  process.kill(await simulatorOf(demo), 'SIGKILL');
  assert.equal((await demo.ended).code, 4);
  assert.match(demo.log, /the simulator has ended/);
});

test('killing the demo leaves no simulator behind', async () => {
  const demo = await start();
  demo.child.kill('SIGKILL');
  await demo.ended;
  await until('the simulator to go', () => away(`${demo.simulator}/_sim/tenants`));
});

test('a wrong port, a wrong size and a folder that cannot be made are told apart', async () => {
  const run = (...args) =>
    new Promise((done) => execFile(lastday, ['demo', ...args], (error, _, stderr) => done({ code: error?.code ?? 0, stderr })));
  const port = await run('--port', 'x');
  assert.equal(port.code, 2);
  assert.match(port.stderr, /not a port from 0 to 65535/);
  assert.equal((await run('--seed', 'huge')).code, 2);
  const nowhere = await run('--data-dir', '/dev/null/demo');
  assert.equal(nowhere.code, 4);
  assert.match(nowhere.stderr, /server\.data_dir: cannot make the folder/);
});
