// Who is told, of what, and with which credentials: every event with its reference, every kind of authentication, every
// recipient of mail; and the settings from the command line.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { patchUser } from '../support/directory.mjs';
import { ALL_EVENTS, closeScanned, configure, deliveries, hooks, leaver, mails, notifyWorld, settled, sinks } from '../support/notify.mjs';
import { until } from '../support/world.mjs';

const SECRETS = ['bearer-of-one-webhook', 'password-of-one-webhook', 'key-of-one-webhook'];
const HOUR = 3600_000;
let world;
before(async () => {
  world = await notifyWorld();
});
after(() => closeScanned(world, { more: SECRETS }));

const told = async (id) => (await sinks(world)).generic.filter((one) => one.body.data.id === id).map((one) => one.body);
const inHours = (hours) => ({ schedule: { at: new Date(world.clock.now() + hours * HOUR).toISOString().slice(0, 19), time_zone: 'Etc/UTC' } });

test('each event is told once, and its title carries the reference', async () => {
  const reference = 'TICKET-77';
  await configure(world, { webhooks: [hooks.generic(world)], reminder_minutes: 60 });
  const offboard = async (options, more = {}, user) => (await world.offboard(user ?? (await leaver(world)).id, options, { reference, ...more })).id;
  const ids = {};

  ids.finished = await offboard({ disable_sign_in: true, reset_password: true, revoke_sessions: true });
  await world.finished(ids.finished);
  await world.api('POST', `/offboardings/${ids.finished}/undo`, {});

  // Adele is in a dynamic group, which nobody can be taken out of.
  ids.warned = await offboard({ remove_from_groups: true }, {}, `adele.vance@${world.tenant.default_domain}`);
  await world.finished(ids.warned);

  await world.sim('POST', '/faults', [{ service: 'exchange', cmdlet: 'Set-Mailbox', status: 403, body: { error: { code: 'Forbidden', message: 'No.' } } }]);
  ids.failed = await offboard({ hide_from_gal: true });
  await world.finished(ids.failed);
  await world.sim('DELETE', '/faults');

  await world.sim('PUT', '/timing', { conversion_ms: 600_000 });
  ids.waited = await offboard({ convert_to_shared: true, remove_licenses: true });
  await until('it to wait', async () => (await world.api('GET', `/offboardings/${ids.waited}`)).status === 'waiting');
  await settled(world); // a clock that jumps would end what is under way, as if it had taken that long
  await world.pass(600_000);
  await world.finished(ids.waited);
  await world.sim('PUT', '/timing', { conversion_ms: 0 });

  const renamed = await leaver(world);
  ids.held = await offboard({ delete_user: true }, inHours(24), renamed.id);
  await patchUser(world, renamed.id, { user: { userPrincipalName: `married@${world.tenant.default_domain}` } });
  await world.api('POST', `/offboardings/${ids.held}/run-now`);
  await until('a person to be asked', async () => (await world.api('GET', `/offboardings/${ids.held}`)).status === 'needs_attention');
  await world.api('POST', `/offboardings/${ids.held}/cancel`);

  ids.planned = await offboard({ hide_from_gal: true }, inHours(3));
  await settled(world);
  await world.pass(132 * 60_000);
  const all = Object.fromEntries(ALL_EVENTS.map((event) => [event, 0]));
  await until('each event', async () => {
    for (const event of ALL_EVENTS) all[event] = 0;
    for (const id of Object.values(ids)) for (const { type } of await told(id)) all[type.replace('offboarding.', '')]++;
    return ALL_EVENTS.every((event) => all[event] > 0);
  }).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(all)}`));
  await settled(world);
  for (const [name, id] of Object.entries(ids)) {
    const events = await told(id);
    assert.equal(new Set(events.map((one) => one.type)).size, events.length, `${name}: ${events.map((one) => one.type)}`);
    for (const one of events) assert.match(one.data.title, /TICKET-77/, one.type);
  }
  const of = async (name) => (await told(ids[name])).map((one) => one.type.replace('offboarding.', ''));
  assert.deepEqual(await of('finished'), ['started', 'locked_out', 'finished', 'undone']);
  assert.deepEqual(await of('warned'), ['started', 'finished_with_warnings']);
  assert.deepEqual(await of('failed'), ['started', 'failed']);
  assert.deepEqual(await of('waited'), ['started', 'waiting', 'finished']);
  assert.deepEqual(await of('planned'), ['planned', 'reminder']);
  assert.ok((await of('held')).includes('needs_attention'));
});

test('a webhook authenticates as its receiver wants: bearer, basic, API key, headers', async () => {
  const got = {};
  const server = createServer((request, response) => {
    request.resume();
    got[request.url] = request.headers;
    response.writeHead(204).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const hook = (name, auth) => ({ name, url: `http://127.0.0.1:${server.address().port}/${name}`, format: 'generic', events: ['finished'], auth });
  const put = await configure(world, {
    webhooks: [
      hook('none', { type: 'none' }),
      hook('bearer', { type: 'bearer', token: SECRETS[0] }),
      hook('basic', { type: 'basic', user: 'lastday', password: SECRETS[1] }),
      hook('header', { type: 'header', headers: [{ name: 'X-Api-Key', value: SECRETS[2] }, { name: 'X-Customer', value: '42' }] }),
    ],
  });
  for (const { id } of put.webhooks) assert.equal((await world.api('POST', '/settings/notifications/test', { channel: 'webhook', webhook: id })).ok, true);
  server.close();
  assert.equal(got['/none'].authorization, undefined);
  assert.equal(got['/bearer'].authorization, `Bearer ${SECRETS[0]}`);
  assert.equal(got['/basic'].authorization, `Basic ${Buffer.from(`lastday:${SECRETS[1]}`).toString('base64')}`);
  assert.equal(got['/header']['x-api-key'], SECRETS[2]);
  assert.equal(got['/header']['x-customer'], '42');
});

test('mail goes to those of the settings or the tenant, those of the request, the manager and whoever asked', async () => {
  await configure(world, {
    email: { enabled: true, via: 'graph', from: `adele.vance@${world.tenant.default_domain}`, to: ['it@contoso.com'], to_manager: true, to_requester: true, events: ['finished'] },
  });
  const asker = (await world.run(['admin', 'token-create', '--name', 'asker@contoso.com', '--role', 'technician'])).stdout.trim();
  const user = await leaver(world);
  const answer = await world.api(
    'POST', '/offboardings',
    { tenant: world.tenant.id, users: [user.id], options: { hide_from_gal: true }, acknowledged_warnings: ['*'], notify: { email: true, email_to: ['boss@contoso.com'] } },
    { authorization: `Bearer ${asker}` },
  );
  await world.finished(answer.offboardings[0].id);
  await settled(world);
  const { message } = (await mails(world)).at(-1);
  const { manager } = await world.look(user.id);
  assert.deepEqual(
    message.toRecipients.map((one) => one.emailAddress.address).sort(),
    ['asker@contoso.com', 'boss@contoso.com', 'it@contoso.com', manager.mail].sort(),
  );
});

test('the command line shows, previews, changes and overrides what the pages do', async () => {
  await configure(world, { webhooks: [hooks.generic(world)] });
  const shown = await world.run(['notifications', 'show', '--json']);
  const settings = JSON.parse(shown.stdout);
  settings.webhooks[0].name = 'renamed';
  const set = await world.run(['notifications', 'set', '-'], { input: JSON.stringify(settings) });
  assert.equal(set.code, 0, set.stderr);
  assert.match(set.stdout, /renamed/);
  assert.equal((await world.run(['notifications', 'test', 'renamed'])).code, 0, 'its masked secrets stayed what they were');
  assert.equal((await sinks(world)).generic.at(-1)['webhook-signature'].split(' ').length, 1);

  settings.webhooks[0].url = 'ftp://example.com';
  const wrong = await world.run(['notifications', 'set', '-'], { input: JSON.stringify(settings) });
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.stderr, /webhooks\/0\/url/);
  const none = await world.run(['notifications', 'set', '-'], { input: '[]' });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /FILE: standard input: not a JSON object/);

  const teams = await world.run(['notifications', 'preview', 'teams', '--event', 'failed']);
  assert.equal(teams.code, 0, teams.stderr);
  assert.match(teams.stdout, /TICKET-1234/);
  assert.match(teams.stdout, /AdaptiveCard/);
  assert.match((await world.run(['notifications', 'preview', 'email'])).stdout, /Reference: TICKET-1234/);
  assert.notEqual((await world.run(['notifications', 'preview', 'fax'])).code, 0);

  const { default_domain: domain } = world.tenant;
  const defaults = JSON.parse((await world.run(['tenants', 'defaults', domain])).stdout);
  defaults.notify = { ...defaults.notify, email_to: ['tenant@contoso.com'], psa_company: 13 };
  const put = await world.run(['tenants', 'defaults', domain, '-'], { input: JSON.stringify(defaults) });
  assert.equal(put.code, 0, put.stderr);
  assert.deepEqual((await world.api('GET', `/tenants/${world.tenant.id}/defaults`)).notify.email_to, ['tenant@contoso.com']);
  defaults.notify.email_to = ['it@contoso.com', 'nobody'];
  const refused = await world.run(['tenants', 'defaults', domain, '-'], { input: JSON.stringify(defaults) });
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /"nobody" is not a mail address/);
  assert.ok((await deliveries(world)).length > 0);
});
