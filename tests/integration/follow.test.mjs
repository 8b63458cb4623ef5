// Following on the command line: several offboardings at once, the live bar of a terminal, a server that goes away and comes
// back, and the exit codes.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastday, until, World } from '../support/world.mjs';

let world;
let users;
let options;
before(async () => {
  world = await World.make();
  const tenant = await world.sim('GET', `/state?tenant=${world.tenant.id}`);
  users = Object.values(tenant.users)
    .filter((user) => user.accountEnabled && user.userType === 'Member' && tenant.mailboxes[user.id] && !user._roles?.length)
    .map((user) => user.userPrincipalName)
    .filter((upn) => !upn.startsWith('adele.vance@'));
  options = join(world.folder, 'options.json');
  await writeFile(options, JSON.stringify({ disable_sign_in: true, hide_from_gal: true }));
});
after(() => world.close());

const ask = (...names) => ['offboard', '--tenant', world.tenant.default_domain, '--options', options, '--yes', ...names];

// As on a terminal: script gives the program one.
function onTerminal(args, { input, env = {} } = {}) {
  const command = [lastday, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return new Promise((done) => {
    const child = execFile(
      'script',
      ['--quiet', '--return', '--command', command, '/dev/null'],
      { env: { ...world.env, TERM: 'xterm', LASTDAY_URL: world.url, LASTDAY_TOKEN: world.token, ...env } },
      (error, stdout) => done({ code: error?.code ?? 0, text: stdout }),
    );
    if (input !== undefined) child.stdin.end(input);
  });
}

test('three users at once are followed to their ends', async () => {
  const names = users.splice(0, 3);
  const run = await world.run([...ask('--follow', '--json'), ...names]);
  assert.equal(run.code, 0, run.stderr);
  const ended = run.stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(ended.map((one) => one.user.user_principal_name).sort(), [...names].sort());
  for (const one of ended) assert.match(one.status, /^succeeded/);
  for (const name of names) assert.ok(run.stderr.includes(name));
  assert.ok(!run.stderr.includes('\u001b'), 'no colours and no bar without a terminal');
});

test('without --follow it says what was accepted and show follows it', async () => {
  const accepted = await world.run([...ask('--json'), '--reference', 'T-1', '--reason', 'test', '--notify', 'webhook', '--user', users.shift()]);
  assert.equal(accepted.code, 0, accepted.stderr);
  const [{ id }] = JSON.parse(accepted.stdout).offboardings;
  const shown = await world.run(['show', id, '--follow']);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /locked out +\d{4}-/);
  const json = JSON.parse((await world.run(['show', id, '--json'])).stdout);
  assert.equal(json.reference, 'T-1');
  const found = await world.run(['list', '--status', 'succeeded,succeeded_with_warnings', '--tenant', world.tenant.id, 'T-1']);
  assert.ok(found.stdout.includes(id));
  const cancel = await world.run(['cancel', id]);
  assert.equal(cancel.code, 3, 'it has ended');
});

test('what failed exits with 1, what was cancelled too', async () => {
  await world.sim('POST', '/faults', [{ service: 'exchange', cmdlet: 'Set-Mailbox', status: 403 }]);
  const failed = await world.run([...ask('--follow'), users.shift()]);
  await world.sim('DELETE', '/faults');
  assert.equal(failed.code, 1, failed.stdout + failed.stderr);
  assert.match(failed.stderr, /failed +Hide from Global Address List: ./);

  await world.sim('PUT', '/latency', { '*': 1500 });
  const accepted = await world.run([...ask('--json'), users.shift()]);
  const [{ id }] = JSON.parse(accepted.stdout).offboardings;
  const following = world.run(['show', id, '--follow']);
  await sleep(300);
  const cancelled = await world.run(['cancel', id, '--json']);
  await world.sim('PUT', '/latency', {});
  assert.equal(cancelled.code, 0, cancelled.stderr);
  assert.equal((await following).code, 1);
});

test('a server that restarts in between is waited for', async () => {
  await world.sim('PUT', '/latency', { '*': 700 });
  const child = spawn(lastday, [...ask('--follow'), users.shift()], {
    env: { ...world.env, LASTDAY_URL: world.url, LASTDAY_TOKEN: world.token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  const ended = new Promise((done) => child.once('exit', done));
  await until('the offboarding to begin', async () => (await world.api('GET', '/offboardings?status=running')).items.length > 0);
  await world.stop('SIGKILL');
  await sleep(500);
  await world.start();
  await world.sim('PUT', '/latency', {});
  assert.equal(await ended, 0, out);
  assert.match(out, /succeeded/);
});

test('on a terminal there is a question, a bar and colours; NO_COLOR takes the colours', async () => {
  const name = users.shift();
  const args = ask('--follow', name).filter((word) => word !== '--yes');
  const no = await onTerminal(args, { input: 'n\n' });
  assert.equal(no.code, 3, no.text);
  assert.match(no.text, /Offboard 1 user now\?/);
  const yes = await onTerminal(args, { input: 'y\n' });
  assert.equal(yes.code, 0, yes.text);
  assert.match(yes.text, /\[[#.]{24}\] \d\/2/);
  assert.ok(yes.text.includes('\u001b[32m'));
  const plain = await onTerminal(['list'], { env: { NO_COLOR: '1' } });
  assert.ok(!plain.text.includes('\u001b['));
});

test('mistakes are refused before anything is asked of the server', async () => {
  const cases = [
    [['offboard', '--tenant', 'x', 'y'], /nobody to ask/, ''],
    [['offboard', '--tenant', 'x', 'y', '--yes', '--at', '2030-01-01T00:00'], /--at and --time-zone belong together/, ''],
    [[...ask(users[0]), '--notify', 'pigeon'], /"pigeon" is not webhook, email or psa/, ''],
    [['offboard', '--tenant', world.tenant.id, users[0], '--yes', '--options', '-'], /standard input/, '{'],
    [['offboard', '--tenant', world.tenant.id, users[0], '--yes', '--options', '-'], /not a JSON object/, '[]'],
    [['offboard', '--tenant', world.tenant.id, users[0], '--yes', '--options', '/nowhere'], /\/nowhere/, ''],
    [['offboard', '--tenant', world.tenant.id, users[0], '--yes'], /no default options/, ''],
    [['plan', '--user', 'x'], /--tenant is missing/, ''],
    [['plan', '--tenant', 'x'], /--user is missing/, ''],
    [['show'], /the ID is missing/, ''],
    [['show', 'a', 'b'], /one id at a time/, ''],
    [['users'], /--tenant/, ''],
    [['tenants', 'a', 'b'], /add TENANT_ID/, ''],
    [['show', '00000000-0000-7000-8000-000000000000'], /./, ''],
    [['offboard', '--tenant', world.tenant.id, 'nobody@nowhere.example', '--yes', '--options', options], /nobody@nowhere\.example/, ''],
  ];
  for (const [args, words, input] of cases) {
    const run = await world.run(args, { input });
    assert.equal(run.code, 2, `${args}: ${run.stderr}`);
    assert.match(run.stderr, words);
  }
});

test('a tenant is added from the command line, once', async () => {
  const args = ['tenants', 'add', '9c8f1b7e-0000-4000-8000-000000000001', 'tailspin.example', 'Tailspin Toys'];
  assert.equal((await world.run(args)).code, 0);
  assert.equal((await world.run([...args, '--json'])).code, 3);
  assert.ok((await world.run(['tenants', 'tailspin'])).stdout.includes('Tailspin Toys'));
});
