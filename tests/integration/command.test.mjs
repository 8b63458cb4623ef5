// The command line as a user has it: what it prints, and what it exits with.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lastday, until, World } from '../support/world.mjs';

let world;
let upn;
before(async () => {
  world = await World.make();
  upn = (await world.look()).user.userPrincipalName;
});
after(() => world.close());

test('an argument that is no UTF-8 is refused with a sentence', async () => {
  const run = await new Promise((done) =>
    execFile('sh', ['-c', `exec "$0" tenants add "$(printf '\\377')" a b`, lastday], (error, stdout, stderr) => done({ code: error?.code, stderr })),
  );
  assert.equal(run.code, 2, run.stderr);
  assert.match(run.stderr, /argument 3 is not UTF-8/);
});

async function optionsFile(name, options) {
  const file = join(world.folder, name);
  await writeFile(file, JSON.stringify(options));
  return file;
}

// As on a terminal, where somebody answers the question.
function onTerminal(args, answer) {
  return new Promise((done) => {
    const env = { ...world.env, LASTDAY_URL: world.url, LASTDAY_TOKEN: world.token };
    const child = execFile('script', ['-qefc', [lastday, ...args].join(' '), '/dev/null'], { env }, (error, text) => done({ code: error ? error.code : 0, text }));
    let seen = '';
    child.stdout.on('data', (text) => {
      seen += text;
      if (seen.includes('[y/N]')) {
        seen = '';
        child.stdin.write(`${answer}\n`);
      }
    });
  });
}

test('tenants, users and catalog show what there is', async () => {
  const tenants = await world.run(['tenants']);
  assert.equal(tenants.code, 0, tenants.stderr);
  assert.ok(tenants.stdout.includes(world.tenant.display_name));
  const users = await world.run(['users', '--tenant', world.tenant.default_domain, '--json']);
  assert.equal(users.code, 0, users.stderr);
  assert.ok(JSON.parse(users.stdout).items.length > 0);
  const catalog = await world.run(['catalog']);
  assert.ok(catalog.stdout.includes('convert_to_shared'));
});

test('plan shows the order, offboard does it, show and list tell of it', async () => {
  const options = join(world.folder, 'options.json');
  await writeFile(options, JSON.stringify({ disable_sign_in: true, hide_from_gal: true }));
  const plan = await world.run(['plan', '--tenant', world.tenant.default_domain, '--user', upn, '--options', options]);
  assert.equal(plan.code, 0, plan.stderr);
  assert.ok(plan.stdout.includes('Disable Sign-In'), plan.stdout);
  const run = await world.run(['offboard', '--tenant', world.tenant.default_domain, '--user', upn, '--options', options, '--yes', '--follow']);
  assert.equal(run.code, 0, run.stderr + run.stdout);
  assert.equal((await world.look()).user.accountEnabled, false);
  const list = JSON.parse((await world.run(['list', '--json'])).stdout);
  const shown = await world.run(['show', list.items[0].id]);
  assert.ok(shown.stdout.includes('Disable Sign-In'));
});

test('plan shows what is known, what comes after what, and what each task would touch', async () => {
  const options = await optionsFile('all.json', { disable_sign_in: true, remove_mfa_methods: true, convert_to_shared: true, remove_licenses: true, remove_from_groups: true });
  const { code, stdout, stderr } = await world.run(['plan', '--tenant', world.tenant.default_domain, '--user', upn, '--options', options]);
  assert.equal(code, 0, stderr);
  for (const words of [/Manager +Megan Bowen/, /Sign-in methods +\S/, /Mailbox +UserMailbox/, /Mailbox size +[\d.]+ GB/, /Litigation hold +no/])
    assert.match(stdout, words);
  assert.match(stdout, /Remove Licenses +will_run, after \d, \d/);
  const group = (await world.look()).groups.find((one) => one._is_member).displayName;
  assert.ok(stdout.includes(group), 'groups are named');
});

test('a CSV file offboards many; a mistake in it names its row, and nothing happens', async () => {
  const users = ['cora.cloud', 'nora.nomail'].map((name) => `${name}@contoso.com`);
  const options = await optionsFile('csv.json', { disable_sign_in: true });
  const args = (file) => ['offboard', '--tenant', world.tenant.default_domain, '--csv', file, '--options', options, '--yes', '--follow'];
  const file = join(world.folder, 'leavers.csv');
  await writeFile(file, `\ufeffDisplay name;User principal name\r\n"Cloud; Cora";${users[0]}\r\nNora;\r\n`);
  const wrong = await world.run(args(file));
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /leavers\.csv: row 3 names no user/);
  await writeFile(file, `\ufeffDisplay name;User principal name\r\n"Cloud; Cora";${users[0]}\r\nNora;nobody@contoso.com\r\n`);
  const unknown = await world.run(args(file));
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /nobody@contoso\.com/);
  assert.equal((await world.look(users[0])).user.accountEnabled, true, 'one refused user refuses the whole file');
  await writeFile(file, `\ufeffDisplay name;User principal name\r\n"Cloud; Cora";${users[0]}\r\nNora;${users[1]}\r\n`);
  const done = await world.run(args(file));
  assert.equal(done.code, 0, done.stderr);
  for (const user of users) assert.equal((await world.look(user)).user.accountEnabled, false);
});

test('what failed exits with 1; retry does that part again, and nothing else', async () => {
  await world.sim('POST', '/faults', [{ service: 'graph', path: '*assignLicense*', status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } } }]);
  const options = await optionsFile('licenses.json', { remove_licenses: true, hide_from_gal: true });
  const failed = await world.run(['offboard', '--tenant', world.tenant.default_domain, '--user', 'nils.nodrive@contoso.com', '--options', options, '--yes', '--follow', '--json']);
  await world.sim('DELETE', '/faults');
  assert.equal(failed.code, 1, failed.stderr);
  const { id } = JSON.parse(failed.stdout);
  const other = await world.run(['retry', id, '--task', 'hide_from_gal']);
  assert.equal(other.code, 3);
  assert.match(other.stderr, /did not fail/);
  const again = await world.run(['retry', id, '--follow']);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual((await world.look('nils.nodrive@contoso.com')).user.assignedLicenses, []);
  assert.equal((await world.run(['retry', id])).code, 3, 'nothing is left to retry');
});

test('undo shows its plan, asks, takes back, and can be asked for again', async () => {
  const options = await optionsFile('back.json', { disable_sign_in: true, reset_password: true, hide_from_gal: true });
  const user = 'archie.archive@contoso.com';
  const run = await world.run(['offboard', '--tenant', world.tenant.default_domain, '--user', user, '--options', options, '--yes', '--follow', '--json']);
  const { id } = JSON.parse(run.stdout);
  const evidence = await world.run(['show', id, '--evidence']);
  assert.match(evidence.stdout, /Disable Sign-In\n {2}before +\{[^\n]*true[^\n]*\n {2}after +\{[^\n]*false/);
  const nobody = await world.run(['undo', id]);
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /nobody to ask/);

  const plan = await world.run(['undo', id, '--plan']);
  assert.equal(plan.code, 0, plan.stderr);
  assert.ok(plan.stdout.indexOf('Hide from Global Address List') < plan.stdout.indexOf('Disable Sign-In'), 'the other way round');
  assert.match(plan.stdout, /stays +Reset Password \(cannot be undone\)/);
  const json = await world.run(['undo', id, '--plan', '--json']);
  assert.deepEqual(JSON.parse(json.stdout), await world.api('GET', `/offboardings/${id}/undo`));
  assert.equal((await world.look(user)).user.accountEnabled, false, 'a plan changes nothing');

  const refused = await onTerminal(['undo', id], 'n');
  assert.equal(refused.code, 3, refused.text);
  assert.match(refused.text, /Undo, in this order:[\s\S]*Undo this now\? \[y\/N\]/);
  assert.equal((await world.look(user)).user.accountEnabled, false);

  const one = await world.run(['undo', id, '--task', 'hide_from_gal', '--yes', '--follow']);
  assert.equal(one.code, 0, one.stderr);
  const half = await world.look(user);
  assert.deepEqual([half.mailbox.HiddenFromAddressListsEnabled, half.user.accountEnabled], [false, false]);
  assert.equal((await world.run(['undo', id, '--task', 'reset_password', '--yes'])).code, 2);

  const all = await onTerminal(['undo', id, '--follow'], 'y');
  assert.equal(all.code, 0, all.text);
  assert.equal((await world.look(user)).user.accountEnabled, true);
  await world.sim('DELETE', '/requests');
  const twice = await world.run(['undo', id, '--yes', '--follow']);
  assert.equal(twice.code, 0, twice.stderr);
  assert.match(twice.stdout, /Undo: succeeded/);
  assert.ok(!JSON.stringify(await world.requests()).includes('"PATCH"'), 'the second time only reads');
});

test('a planned one gets another time, starts early, and cannot be moved any more', async () => {
  const options = await optionsFile('planned.json', { disable_sign_in: true });
  const user = 'hanna.hold@contoso.com';
  const made = await world.run(['offboard', '--tenant', world.tenant.default_domain, '--user', user, '--options', options, '--yes', '--json', '--at', '2035-05-01T09:00', '--time-zone', 'Europe/Amsterdam']);
  const [{ id, status }] = JSON.parse(made.stdout).offboardings;
  assert.equal(status, 'planned');
  assert.equal((await world.run(['reschedule', id, '--at', '2035-05-02T09:00'])).code, 2, 'a time needs its zone');
  const nowhere = await world.run(['reschedule', id, '--at', '2035-05-02T09:00', '--time-zone', 'Europe/Nowhere']);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /Nowhere/);
  const moved = await world.run(['reschedule', id, '--at', '2035-05-02T09:00', '--time-zone', 'W. Europe Standard Time', '--json']);
  assert.equal(JSON.parse(moved.stdout).scheduled_at, '2035-05-02T07:00:00.000Z');
  assert.equal((await world.run(['approve', id])).code, 3, 'nobody has to approve it');
  const early = await world.run(['run-now', id, '--follow']);
  assert.equal(early.code, 0, early.stderr);
  assert.equal((await world.look(user)).user.accountEnabled, false);
  for (const late of [['run-now', id], ['reschedule', id, '--at', '2035-05-02T09:00', '--time-zone', 'UTC']]) {
    const answer = await world.run(late);
    assert.equal(answer.code, 3);
    assert.match(answer.stderr, /succeeded/);
  }
});

test('approve lifts what stands in the way, with a reason', async () => {
  const options = await optionsFile('held.json', { disable_sign_in: true });
  const user = 'rene.rules@contoso.com';
  const made = await world.run(['offboard', '--tenant', world.tenant.default_domain, '--user', user, '--options', options, '--yes', '--json', '--at', '2035-05-01T09:00', '--time-zone', 'UTC']);
  const [{ id }] = JSON.parse(made.stdout).offboardings;
  await world.setDefaults({ protected_users: [(await world.look(user)).user.id] });
  assert.equal((await world.run(['run-now', id])).code, 0);
  await until('held', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'needs_attention');
  const silent = await world.run(['approve', id]);
  assert.equal(silent.code, 2, silent.stderr);
  assert.match(silent.stderr, /reason/i);
  assert.equal((await world.look(user)).user.accountEnabled, true);
  const done = await world.run(['approve', id, '--reason', 'He really leaves.', '--follow']);
  assert.equal(done.code, 0, done.stderr);
  assert.equal((await world.look(user)).user.accountEnabled, false);
});

test('help names every command', async () => {
  const help = await world.run(['help']);
  assert.equal(help.code, 0);
  for (const name of ['demo', 'serve', 'plan', 'offboard', 'list', 'show', 'cancel', 'retry', 'run-now', 'undo', 'approve', 'reschedule', 'report', 'tenants', 'users', 'catalog', 'doctor', 'admin']) {
    assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
    const own = await world.run([name, '--help']);
    assert.equal(own.code, 0, name);
    assert.match(own.stdout, /Usage: lastday/);
  }
});

test('mistakes exit with 2, refusals with 3, what cannot be reached with 4', async () => {
  assert.equal((await world.run(['nonsense'])).code, 2);
  assert.equal((await world.run(['offboard', '--tenant', 'nowhere.example', '--user', upn, '--options', '-', '--yes'], { input: '{"disable_sign_in":true}' })).code, 2);
  const url = world.url;
  world.url = 'http://127.0.0.1:9';
  const away = await world.run(['list']);
  world.url = url;
  assert.equal(away.code, 4, away.stderr);
  const token = world.token;
  world.token = 'lday_wrong';
  assert.equal((await world.run(['list'])).code, 3);
  world.token = token;
});

test('doctor finds everything in order', async () => {
  const doctor = await world.run(['doctor']);
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
});

test('a port in use and a broken configuration stop the start with one line', async () => {
  const taken = await world.run(['serve'], {});
  assert.equal(taken.code, 4, taken.stderr);
  const file = join(world.folder, 'broken.conf');
  await writeFile(file, '[server]\nlisten = 127.0.0.1:0\nspeed = fast\n');
  const broken = await world.run(['serve', '--config', file]);
  assert.equal(broken.code, 4, broken.stderr);
  assert.match(broken.stderr, /broken\.conf.*3.*speed/s);
});
