// The command line as a user has it: what it prints, and what it exits with.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { World } from '../support/world.mjs';

let world;
let upn;
before(async () => {
  world = await World.make();
  upn = (await world.look()).user.userPrincipalName;
});
after(() => world.close());

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
