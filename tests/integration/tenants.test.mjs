// The partner's customers become tenants, their health is what the simulator grants, and templates work from the
// command line to the mailbox.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Described } from '../support/described.mjs';
import { World } from '../support/world.mjs';

let world;
let api;
let home; // the partner
before(async () => {
  // Contoso of the sample data is the partner; the others are its customers.
  world = await World.make({ settings: { LASTDAY_APP_TENANT_ID: '' } });
  home = Object.values((await world.state()).tenants).find((tenant) => tenant.customers);
  assert.ok(home, 'the sample data holds a partner');
  await world.stop();
  world.env.LASTDAY_APP_TENANT_ID = home.id;
  await world.start();
  api = await Described.of(world);
});
after(() => world.close());

test('a sync adds the customers, once, and keeps the names that people chose', async () => {
  const customers = home.customers.map((customer) => customer.tenantId).sort();
  for (const id of customers) assert.equal((await api.ask('DELETE', `/tenants/${id}`)).status, 204);
  const first = await api.ask('POST', '/tenants/sync');
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.deepEqual(first.body.added.map((one) => one.id).sort(), customers);
  assert.ok(first.body.added.every((one) => one.relationship === 'both' && one.default_domain.includes('.')));
  const again = await api.ask('POST', '/tenants/sync');
  assert.deepEqual(again.body.added, []);
  assert.equal(again.body.unchanged.length, customers.length);

  const tenant = await api.ask('GET', `/tenants/${customers[0]}`);
  const named = await api.ask('PATCH', `/tenants/${customers[0]}`, { display_name: 'Ours' }, { 'if-match': tenant.etag });
  assert.equal(named.status, 200);
  await api.ask('POST', '/tenants/sync');
  assert.equal((await api.ask('GET', `/tenants/${customers[0]}`)).body.display_name, 'Ours');
  const log = await api.ask('GET', '/logbook?what=tenants_synced');
  assert.equal(log.body.items.length, 3);
  assert.equal(log.body.items[2].details.added, customers.length);
  const told = await world.run(['tenants', 'sync']);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, new RegExp(`unchanged +${customers.length}`));
});

test('an account that is no partner is told so, and one that cannot be reached', async () => {
  const other = (await world.tenants()).find((tenant) => tenant.id !== home.id);
  await world.stop();
  world.env.LASTDAY_APP_TENANT_ID = other.id;
  await world.start();
  const none = await api.ask('POST', '/tenants/sync');
  assert.equal(none.status, 200, JSON.stringify(none.body));
  assert.deepEqual(none.body.added, []);
  assert.equal(none.body.missing.length, home.customers.length, 'who was a customer is named, not removed');
  await world.stop();
  world.env.LASTDAY_APP_TENANT_ID = '00000000-0000-4000-8000-000000000000';
  await world.start();
  const unknown = await api.ask('POST', '/tenants/sync');
  assert.equal(unknown.status, 502, JSON.stringify(unknown.body));
  assert.match(unknown.body.detail, /partner account/);
  const refused = await api.ask('GET', '/tenants/99999999-0000-4000-8000-000000000002/users');
  assert.equal(refused.status, 404);
  await world.stop();
  world.env.LASTDAY_APP_TENANT_ID = home.id;
  await world.start();
});

test('health shows the token and each permission', async () => {
  const good = await api.ask('GET', `/tenants/${home.id}/health`);
  assert.equal(good.status, 200);
  assert.equal(good.body.token.ok, true);
  assert.equal(good.body.acts_as, 'application');
  const reset = good.body.permissions.find((row) => row.tasks.includes('reset_password'));
  assert.equal(typeof reset.granted, 'boolean');
  const sharepoint = good.body.permissions.find((row) => row.resource === 'sharepoint');
  assert.equal(sharepoint.granted, false, 'a client secret opens no SharePoint');
  assert.equal(good.body.status, 'limited');
  const kept = await api.ask('GET', `/tenants/${home.id}/health?max_age=3600`);
  assert.equal(kept.body.checked_at, good.body.checked_at);
  const fresh = await api.ask('GET', `/tenants/${home.id}/health?max_age=0`);
  assert.notEqual(fresh.body.checked_at, good.body.checked_at);
  const listed = await api.ask('GET', '/tenants');
  assert.equal(listed.body.items.find((one) => one.id === home.id).health.status, 'limited');
  assert.equal((await api.ask('GET', `/tenants/${home.id}/health?max_age=x`)).status, 422);

  const lost = await api.ask('POST', '/tenants', {
    tenant_id: '99999999-0000-4000-8000-000000000001',
    default_domain: 'lost.example',
    display_name: 'Lost',
  });
  assert.equal(lost.status, 201);
  const bad = await api.ask('GET', '/tenants/lost.example/health');
  assert.equal(bad.body.status, 'disconnected');
  assert.match(bad.body.token.code, /AADSTS/);
  const users = await api.ask('GET', '/tenants/lost.example/users');
  assert.equal(users.status, 502, 'a sentence about the tenant, not "something went wrong"');
  assert.match(users.body.code, /AADSTS/);
  const told = await world.run(['tenants', 'health', 'lost.example']);
  assert.equal(told.code, 0);
  assert.match(told.stdout, /disconnected/);
  const removed = await world.run(['tenants', 'remove', 'lost.example']);
  assert.equal(removed.code, 0, removed.stderr);
});

test('users show title, department, state and licenses', async () => {
  const users = await api.ask('GET', `/tenants/${home.id}/users?search=adele.vance`);
  const [adele] = users.body.items;
  assert.ok(adele.job_title && adele.department);
  assert.ok(adele.licenses.length >= 2 && adele.licenses.every((name) => !/^[0-9a-f-]{36}$/.test(name)), adele.licenses.join());
  const one = await api.ask('GET', `/tenants/${home.id}/users/${adele.id}`);
  assert.deepEqual(one.body.licenses.toSorted(), adele.licenses.toSorted());
});

test('protected users are shown by name', async () => {
  const { user } = await world.look();
  const before = await api.ask('GET', `/tenants/${home.id}/defaults`);
  const defaults = { ...before.body, protected_users: [user.id], notify: { email: true } };
  const put = await api.ask('PUT', `/tenants/${home.id}/defaults`, defaults, { 'if-match': before.etag });
  assert.equal(put.status, 200);
  const shown = await api.ask('GET', `/tenants/${home.id}/protected-users`);
  assert.equal(shown.body.items[0].display_name, user.displayName);
  const again = await api.ask('PUT', `/tenants/${home.id}/defaults`, { ...before.body, protected_users: [] }, { 'if-match': put.etag });
  assert.equal(again.status, 200);
});

test('a template is made, planned with, used and deleted from the command line', async () => {
  const upn = (await world.look()).user.userPrincipalName;
  const made = await world.run(['templates', 'create', 'Leaver', '--options', '-', '--description', 'For all'], {
    input: '{"disable_sign_in": true, "hide_from_gal": true}',
  });
  assert.equal(made.code, 0, made.stderr);
  const listed = await world.run(['templates', 'list']);
  assert.match(listed.stdout, /Leaver/);
  assert.match((await world.run(['templates', 'show', 'leaver'])).stdout, /hide_from_gal/);
  const plan = await world.run(['plan', '--tenant', home.id, '--user', upn, '--template', 'LEAVER']);
  assert.equal(plan.code, 0, plan.stderr);
  assert.match(plan.stdout, /Hide from Global Address List/);
  const run = await world.run(['offboard', '--tenant', home.id, '--user', upn, '--template', 'Leaver', '--yes', '--follow']);
  assert.equal(run.code, 0, run.stderr);
  const now = await world.look();
  assert.equal(now.user.accountEnabled, false);
  assert.equal(now.mailbox.HiddenFromAddressListsEnabled, true);
  const { items } = (await api.ask('GET', '/offboardings')).body;
  const one = await api.ask('GET', `/offboardings/${items[0].id}`);
  assert.deepEqual(one.body.options_from.template.name, 'Leaver');
  assert.equal((await world.run(['offboard', '--tenant', home.id, '--user', upn, '--template', 'Leaver', '--options', '-', '--yes'])).code, 2);
  const unknown = await world.run(['plan', '--tenant', home.id, '--user', upn, '--template', 'Nobody']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no template Nobody/);
  const gone = await world.run(['templates', 'delete', 'Leaver']);
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((await world.run(['templates', 'show', 'Leaver'])).code, 2);
  assert.equal((await api.ask('GET', '/templates')).body.items.length, 0);
});
