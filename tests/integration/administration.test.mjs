// Administration with the real programs, each answer against openapi.yaml: accounts, tokens, the logbook, figures that
// follow a real offboarding and its undo, prices, and the list in its orders.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Described } from '../support/described.mjs';
import { World, until } from '../support/world.mjs';

let world;
let api;
before(async () => {
  world = await World.make();
  api = await Described.of(world);
});
after(() => world.close());

const PASSWORD = 'correct horse battery';

async function signIn(username, password) {
  const answer = await world.raw('POST', '/session', { username, password }, { authorization: '' });
  const me = await answer.json();
  api.check('POST', '/session', answer.status, me);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  return { status: answer.status, me, headers: { cookie, 'x-csrf-token': me.csrf_token } };
}

// With a session's cookie instead of the tests' token.
async function as(session, method, path, body, more = {}) {
  const answer = await fetch(`${world.url}/api/v1${path}`, {
    method,
    headers: { ...session.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  api.check(method, path, answer.status, value);
  return { status: answer.status, body: value };
}

test('an account lives from its first to its last day', async () => {
  const made = await api.ask('POST', '/accounts', { username: 'bob', password: PASSWORD, role: 'technician' });
  assert.equal(made.status, 201);
  const bob = await signIn('bob', PASSWORD);
  assert.equal(bob.me.role, 'technician');
  const preferences = { theme: 'dark', favourite_tenants: [world.tenant.id], saved_views: [{ name: 'Failed', query: 'status=failed' }] };
  assert.equal((await as(bob, 'PUT', '/me/preferences', preferences)).status, 200);
  assert.deepEqual((await as(bob, 'GET', '/me')).body.preferences, preferences);
  const path = `/accounts/${made.body.id}`;
  assert.equal((await as(bob, 'PATCH', path, { password: 'another good one', old_password: PASSWORD })).status, 200);
  assert.equal((await signIn('bob', PASSWORD)).status, 401);
  assert.equal((await as(bob, 'GET', '/me')).status, 200, 'the session that changed it goes on');
  const now = await api.ask('GET', path);
  const disabled = await api.ask('PATCH', path, { disabled: true }, { 'if-match': now.etag });
  assert.equal(disabled.body.disabled, true);
  assert.equal((await as(bob, 'GET', '/me')).status, 401);
  assert.equal((await api.ask('PATCH', path, { disabled: false }, { 'if-match': now.etag })).status, 412);
  assert.equal((await api.ask('DELETE', path)).status, 204);
  assert.equal((await api.ask('GET', path)).status, 404);
  assert.equal((await api.ask('POST', '/accounts', { username: 'x', password: '1234567890', role: 'viewer' })).status, 422);
});

test('the last admin stays, whoever asks', async () => {
  const made = await world.run(['admin', 'user-add', '--username', 'root', '--role', 'admin', '--password-stdin'], { input: `${PASSWORD}\n` });
  assert.equal(made.code, 0, made.stderr);
  const [root] = (await api.ask('GET', '/accounts')).body.items;
  assert.equal((await api.ask('DELETE', `/accounts/${root.id}`)).status, 409);
  const { etag } = await api.ask('GET', `/accounts/${root.id}`);
  assert.equal((await api.ask('PATCH', `/accounts/${root.id}`, { role: 'viewer' }, { 'if-match': etag })).body.code, 'last_admin');
});

test('a token works until it is revoked, for its tenants alone', async () => {
  const made = await api.ask('POST', '/tokens', { name: 'script', role: 'viewer', tenants: [world.tenant.default_domain], expires_at: '2099-01-01T00:00:00Z' });
  assert.equal(made.status, 201);
  const headers = { authorization: `Bearer ${made.body.token}` };
  assert.deepEqual((await api.ask('GET', '/tenants', undefined, headers)).body.items.map((one) => one.id), [world.tenant.id]);
  assert.equal((await api.ask('GET', '/tokens', undefined, headers)).status, 403);
  const list = await api.ask('GET', '/tokens');
  assert.ok(!JSON.stringify(list.body).includes(made.body.token));
  assert.equal((await api.ask('DELETE', `/tokens/${made.body.id}`)).status, 204);
  assert.equal((await api.ask('GET', '/tenants', undefined, headers)).status, 401);
});

test('the logbook knows all of it, and who did it on the machine', async () => {
  const { body } = await api.ask('GET', '/logbook?limit=200');
  const told = body.items.map((row) => `${row.actor.name} ${row.words} ${row.object?.name ?? ''}`.trim());
  for (const line of ['tests added the account bob', 'bob signed in', 'bob changed the password of bob', 'bob failed to sign in', 'tests changed the account bob', 'tests deleted the account bob', 'tests made the API token script', 'tests revoked the API token script'])
    assert.ok(told.includes(line), `${line}\n${told.join('\n')}`);
  const root = body.items.find((row) => row.what === 'account_added' && row.object.name === 'root');
  assert.equal(root.actor.kind, 'local');
  assert.ok(root.actor.name.length > 0);
  const wrong = body.items.find((row) => row.what === 'sign_in_failed');
  assert.equal(wrong.client, '127.0.0.1');
  const csv = await world.raw('GET', '/logbook?format=csv&what=account_added,account_deleted');
  assert.match(csv.headers.get('content-type'), /^text\/csv/);
  const lines = (await csv.text()).trim().split('\r\n');
  assert.equal(lines.length, 1 + 3);
  assert.ok(!JSON.stringify(body).includes(PASSWORD));
});

test('figures follow an offboarding and its undo', async () => {
  const upn = (await world.look()).user.userPrincipalName;
  const before = (await api.ask('GET', '/stats?time_zone=Europe/Amsterdam')).body;
  assert.equal(before.licenses.freed, 0);
  const { id } = await world.offboard(upn, { disable_sign_in: true, revoke_sessions: true, remove_licenses: { force: true } });
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/);
  const gone = done.tasks.find((task) => task.id === 'remove_licenses').items.filter((item) => item.status === 'succeeded');
  const after = (await api.ask('GET', '/stats')).body;
  assert.equal(after.leavers.days.at(-1).leavers, 1);
  assert.equal(after.time_to_lockout.count, 1);
  const lockout = new Date(done.locked_out_at) - new Date(done.started_at);
  assert.equal(after.time_to_lockout.median_ms, lockout);
  assert.ok(gone.length > 0 && after.licenses.freed > 0 && after.licenses.freed <= gone.length);
  assert.equal(after.licenses.monthly_total, null, 'no price is invented');

  const [product] = after.licenses.products;
  const prices = await api.ask('GET', '/settings/prices');
  const put = await api.ask('PUT', '/settings/prices', { currency: 'EUR', prices: [{ sku_id: product.sku_id, monthly_price: '12.50' }] }, { 'if-match': prices.etag });
  assert.equal(put.status, 200);
  const priced = (await api.ask('GET', '/stats')).body.licenses;
  assert.equal(priced.products.find((one) => one.sku_id === product.sku_id).monthly_total, (12.5 * product.freed).toFixed(2));

  assert.equal((await api.ask('POST', `/offboardings/${id}/undo`, { tasks: ['remove_licenses'] })).status, 202);
  await until('the undo', async () => (await world.api('GET', `/offboardings/${id}`)).undo?.ended_at);
  assert.equal((await api.ask('GET', '/stats')).body.licenses.freed, 0, 'what was given back is not free');
  const log = (await api.ask('GET', `/logbook?text=${encodeURIComponent(upn)}`)).body.items.map((row) => row.what);
  assert.deepEqual(log, ['offboarding_undone', 'offboarding_requested']);
});

test('the list comes in its orders, the calendar with what is planned', async () => {
  const { items } = (await api.ask('GET', `/tenants/${world.tenant.id}/users?limit=20`)).body;
  const people = items.filter((one) => !one.open_offboarding && one.account_enabled && !one.guest).slice(0, 4);
  for (const [i, person] of people.entries())
    await world.offboard(person.user_principal_name, { disable_sign_in: true }, { schedule: { at: `2099-0${i + 1}-15T09:00:00`, time_zone: 'UTC' } });
  const march = await api.ask('GET', '/offboardings?planned_from=2099-02-01T00:00:00Z&planned_to=2099-03-31T00:00:00Z&sort=start');
  assert.deepEqual(march.body.items.map((one) => one.scheduled_at.slice(0, 7)), ['2099-02', '2099-03']);
  const [{ batch }] = march.body.items;
  assert.deepEqual((await api.ask('GET', `/offboardings?batch=${batch}`)).body.items.map((one) => one.batch), [batch]);
  assert.equal((await api.ask('GET', '/offboardings?batch=x')).status, 422);
  const byUser = await api.ask('GET', '/offboardings?sort=user&status=planned');
  const names = byUser.body.items.map((one) => one.user.display_name.toLowerCase());
  assert.deepEqual(names, names.toSorted());
  const pages = [];
  for (let next = ''; next !== null; ) {
    const page = (await api.ask('GET', `/offboardings?sort=-user&limit=2${next && `&cursor=${next}`}`)).body;
    pages.push(...page.items.map((one) => one.id));
    next = page.next_cursor;
  }
  assert.equal(new Set(pages).size, 5);
  assert.equal((await api.ask('GET', '/stats')).body.coming_up.planned, 4);
});

test('metrics count sign-ins and tenants', async () => {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  assert.match(text, /lastday_sign_ins_total\{method="password",result="refused"\} 1\n/);
  assert.match(text, /lastday_tenants\{health="unknown"\} \d/);
});
