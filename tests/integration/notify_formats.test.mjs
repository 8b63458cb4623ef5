// Every format arrives at a receiver that refuses what the real one would refuse; signatures are verified by two public
// libraries; settings keep their secrets to themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { until } from '../support/simulator.mjs';
import { fits } from '../support/openapi.mjs';
import { ALL_EVENTS, closeScanned, configure, deliveries, hooks, leaver, mails, notifyWorld, psas, settled, SIGNING, sinks, TASKS } from '../support/notify.mjs';

let world;
before(async () => {
  world = await notifyWorld();
});
after(() => closeScanned(world, { more: ['very-secret-basic', 'very-secret-header', 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'] }));

const headersOf = (one) => ({
  'webhook-id': one['webhook-id'],
  'webhook-timestamp': one['webhook-timestamp'],
  'webhook-signature': one['webhook-signature'],
});

test('settings are masked, kept when the mask comes back, and guarded by If-Match', async () => {
  const put = await configure(world, {
    webhooks: [
      hooks.generic(world, { auth: { type: 'header', headers: [{ name: 'X-Key', value: 'very-secret-header' }] } }),
      hooks.teams(world), hooks.slack(world), hooks.discord(world),
      hooks.cipp(world, { auth: { type: 'basic', user: 'cipp', password: 'very-secret-basic' } }),
    ],
    email: { enabled: true, via: 'graph', from: `adele.vance@${world.tenant.default_domain}`, to: ['it@contoso.com'], to_manager: true, events: ALL_EVENTS },
    psa: psas.halopsa(world),
  });
  assert.equal(put.webhooks[0].secret, '********');
  assert.equal(put.webhooks[0].url, `${world.simUrl}/********`);
  assert.equal(put.webhooks[0].auth.headers[0].value, '********');
  assert.equal(put.psa.client_secret, '********');
  const again = await configure(world, put); // what GET shows is what PUT takes
  assert.deepEqual(again, put);
  const stale = await world.raw('PUT', '/settings/notifications', put, { 'if-match': '"1"' });
  assert.equal(stale.status, 412);
  assert.equal((await world.raw('PUT', '/settings/notifications', put)).status, 428);
});

test('an offboarding is told in every format, in order, and the receivers take it', async () => {
  const user = await leaver(world);
  const { id } = await world.offboard(user.id, TASKS, { reference: 'TICKET-1 <*_~&>' });
  await world.finished(id);
  const all = await settled(world);
  assert.deepEqual(all.filter((one) => one.status !== 'delivered'), []);
  const got = await sinks(world);
  assert.deepEqual(got.generic.map((one) => one.body.type), ['offboarding.started', 'offboarding.locked_out', 'offboarding.finished']);
  for (const name of ['teams', 'slack', 'discord', 'cipp']) assert.equal(got[name].length, 3, name);
  const done = got.generic.at(-1).body.data;
  assert.equal(done.reference, 'TICKET-1 <*_~&>');
  assert.match(done.title, /TICKET-1/);
  assert.equal(done.tasks.length, 4);
  assert.ok(!done.password_url, 'no link unless the endpoint is marked private');
  const slack = JSON.stringify(got.slack.at(-1).body);
  assert.ok(slack.includes('TICKET-1 &lt;*_~&amp;&gt;'), slack);
  const teams = got.teams.at(-1).body.attachments[0].content.body;
  assert.ok(teams[0].text.includes('\\<\\*\\_\\~'), teams[0].text);
  assert.deepEqual(got.discord.at(-1).body.allowed_mentions, { parse: [] });
  assert.equal(got.cipp.at(-1).body.TaskInfo.TaskState, 'Completed');
  const mail = (await mails(world));
  assert.deepEqual(mail.at(-1).message.toRecipients.map((one) => one.emailAddress.address).sort(), [
    'it@contoso.com',
    (await world.look(user.id)).manager.mail,
  ].sort());
  assert.match(mail.at(-1).message.internetMessageHeaders[0].value, /^msg_/);
  const tickets = Object.values(got.halopsa.tickets);
  assert.equal(tickets.length, 1);
  assert.match(tickets[0].summary, /TICKET-1/);
  assert.equal(tickets[0].status_id, 9, 'closed, since it finished');
  assert.equal(tickets[0].notes.length, 2);
});

test('signatures verify with two public libraries, with both keys while a key is changed', async () => {
  for (const one of (await sinks(world)).generic) {
    new StandardWebhook(SIGNING).verify(one.raw, headersOf(one));
    new SvixWebhook(SIGNING).verify(one.raw, headersOf(one));
    assert.throws(() => new StandardWebhook(SIGNING).verify(`${one.raw} `, headersOf(one)));
  }
  const settings = await world.api('GET', '/settings/notifications');
  const next = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
  settings.webhooks[0].secret = next;
  const put = await configure(world, settings);
  assert.ok(Date.parse(put.webhooks[0].old_secret_until) > Date.now());
  const { ok } = await world.api('POST', '/settings/notifications/test', { channel: 'webhook', webhook: put.webhooks[0].id });
  assert.ok(ok);
  const last = (await sinks(world)).generic.at(-1);
  assert.equal(last['webhook-signature'].split(' ').length, 2);
  for (const secret of [SIGNING, next]) {
    new StandardWebhook(secret).verify(last.raw, headersOf(last));
    new SvixWebhook(secret).verify(last.raw, headersOf(last));
  }
  await world.pass(25 * 3600 * 1000); // a day later the old key no longer signs
  await world.api('POST', '/settings/notifications/test', { channel: 'webhook', webhook: put.webhooks[0].id });
  const later = (await sinks(world)).generic.at(-1);
  assert.equal(later['webhook-signature'].split(' ').length, 1);
});

test('answers are as the API description says', async () => {
  fits('NotificationSettings', await world.api('GET', '/settings/notifications'));
  const page = await world.api('GET', '/deliveries?limit=3');
  fits('DeliveryPage', page);
  assert.ok(page.next_cursor);
  const next = await world.api('GET', `/deliveries?limit=3&cursor=${page.next_cursor}`);
  assert.ok(next.items.every((one) => !page.items.some((other) => other.id === one.id)));
  for (const one of page.items) fits('DeliveryDetails', await world.api('GET', `/deliveries/${one.id}`));
  for (const query of ['status=lost', 'channel=pigeon', 'event=born', 'tenant=nowhere.example', 'cursor=x']) assert.equal((await world.raw('GET', `/deliveries?${query}`)).status, 422, query);
  assert.equal((await world.raw('GET', '/deliveries/01a21586-0000-7000-8000-000000000000')).status, 404);
  fits('NotificationTest', await world.api('POST', '/settings/notifications/test', { channel: 'email' }));
  fits('NotificationPreview', await world.api('POST', '/settings/notifications/preview', { channel: 'psa', event: 'waiting' }));
  fits('CompanyPage', await world.api('GET', '/settings/notifications/companies?search=o'));
  const bound = (await world.run(['admin', 'token-create', '--name', 'bound', '--role', 'viewer', '--tenant', (await world.tenants())[1].id])).stdout.trim();
  const foreign = { authorization: `Bearer ${bound}` };
  assert.deepEqual((await (await world.raw('GET', '/deliveries', undefined, foreign)).json()).items, [], 'not those of other tenants');
  assert.equal((await world.raw('GET', `/deliveries/${page.items[0].id}`, undefined, foreign)).status, 404);
  assert.equal((await world.raw('GET', '/settings/notifications', undefined, foreign)).status, 403);
  assert.match(await (await fetch(`${world.url}/metrics`)).text(), /^lastday_deliveries\{status="delivered"\} [1-9]/m);
});

test('the request, then the tenant, then the settings decide which channels are used', async () => {
  const user = await leaver(world);
  const known = new Set((await deliveries(world)).map((one) => one.id));
  const { id } = await world.offboard(user.id, { hide_from_gal: true }, { notify: { webhook: false, psa: false, email: true, email_to: ['boss@contoso.com'] } });
  await world.finished(id);
  await settled(world);
  const mine = (await deliveries(world, `&offboarding=${id}`)).filter((one) => !known.has(one.id));
  assert.deepEqual([...new Set(mine.map((one) => one.channel))], ['email']);
  const mail = (await mails(world)).at(-1);
  assert.ok(mail.message.toRecipients.some((one) => one.emailAddress.address === 'boss@contoso.com'));

  const defaults = await world.raw('GET', `/tenants/${world.tenant.id}/defaults`);
  const body = await defaults.json();
  body.notify = { webhook: false, email: true, psa: false, email_to: ['tenant@contoso.com'] };
  await world.api('PUT', `/tenants/${world.tenant.id}/defaults`, body, { 'if-match': defaults.headers.get('etag') });
  const second = await leaver(world);
  const other = await world.offboard(second.id, { hide_from_gal: true });
  await world.finished(other.id);
  await settled(world);
  assert.deepEqual([...new Set((await deliveries(world, `&offboarding=${other.id}`)).map((one) => one.channel))], ['email']);
  const to = (await mails(world)).at(-1).message.toRecipients.map((one) => one.emailAddress.address);
  assert.ok(to.includes('tenant@contoso.com') && !to.includes('it@contoso.com'), to.join());
});

test('previews show each channel and format as it would be sent', async () => {
  for (const format of ['generic', 'teams', 'slack', 'discord', 'cipp']) {
    const one = await world.api('POST', '/settings/notifications/preview', { channel: 'webhook', format, event: 'failed' });
    assert.ok(JSON.stringify(one.body).includes('TICKET-1234'), format);
  }
  const mail = await world.api('POST', '/settings/notifications/preview', { channel: 'email', event: 'finished', private: true });
  assert.match(mail.html, /<table/);
  assert.match(mail.text, /\/s\/sample/);
});

test('mistakes in the settings are named by their place', async () => {
  const cases = [
    [{ webhooks: [{ name: 'x', url: 'ftp://example.com' }] }, '/webhooks/0/url'],
    [{ webhooks: [{ name: 'x', url: 'https://user:pass@example.com/' }] }, '/webhooks/0/url'],
    [{ webhooks: [{ name: 'x', url: 'https://example.com/', secret: 'short' }] }, '/webhooks/0/secret'],
    [{ webhooks: [{ name: 'x', url: 'https://example.com/', events: ['born'] }] }, '/webhooks/0/events/0'],
    [{ webhooks: [{ name: 'x', url: 'https://example.com/', auth: { type: 'bearer' } }] }, '/webhooks/0/auth/token'],
    [{ webhooks: [{ name: 'x', url: 'https://example.com/', auth: { type: 'header', headers: [{ name: 'Host', value: 'evil' }] } }] }, '/webhooks/0/auth/headers/0'],
    [{ email: { enabled: true, to: ['nobody'] } }, '/email/to/0'],
    [{ email: { enabled: true, via: 'graph', from: null } }, '/email/from'],
    [{ psa: { kind: 'jira' } }, '/psa/kind'],
    [{ psa: { kind: 'autotask' } }, '/psa/url'],
    [{ reminder_minutes: -1 }, '/reminder_minutes'],
    [{ surprise: 1 }, '/surprise'],
  ];
  const etag = (await world.raw('GET', '/settings/notifications')).headers.get('etag');
  for (const [body, pointer] of cases) {
    const answer = await world.raw('PUT', '/settings/notifications', body, { 'if-match': etag });
    const problem = await answer.json();
    assert.equal(answer.status, 422, JSON.stringify(problem));
    assert.ok(problem.errors.some((one) => one.pointer === pointer), `${pointer}: ${JSON.stringify(problem.errors)}`);
  }
});

test('undoing is told, and a reminder comes at the moment that the request named', async () => {
  const settings = await world.api('GET', '/settings/notifications');
  settings.reminder_minutes = 0;
  await configure(world, settings);
  const told = async (id) => (await deliveries(world, `&offboarding=${id}`)).filter((one) => one.endpoint_name === 'generic').map((one) => one.event);
  const only = { webhook: true, email: false, psa: false };
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true }, { notify: only });
  await world.finished(id);
  await world.api('POST', `/offboardings/${id}/undo`, {});
  await until('undone is told', async () => (await told(id)).includes('undone'));
  assert.deepEqual((await told(id)).reverse().slice(1), ['finished', 'undone']);
  const at = new Date(Date.now() + Number(world.clock.moved[0]) + 3 * 3600_000).toISOString().slice(0, 19);
  const later = await world.offboard((await leaver(world)).id, { hide_from_gal: true }, { schedule: { at, time_zone: 'Etc/UTC', remind_before_minutes: 30 }, notify: only });
  await world.pass(2.4 * 3600_000);
  await new Promise((done) => setTimeout(done, 1500));
  assert.ok(!(await told(later.id)).includes('reminder'), 'not before its moment');
  await world.pass(0.2 * 3600_000);
  await until('the reminder', async () => (await told(later.id)).includes('reminder'));
  await world.api('POST', `/offboardings/${later.id}/cancel`);
  assert.equal((await told(later.id)).filter((event) => event === 'reminder').length, 1);
});

test('planned, reminder and cancelled are told; the command line shows and sends again', async () => {
  const settings = await world.api('GET', '/settings/notifications');
  settings.reminder_minutes = 60;
  await configure(world, settings);
  const user = await leaver(world);
  const at = new Date(Date.now() + Number(world.clock.moved[0]) + 3 * 3600_000).toISOString().slice(0, 19);
  const { id } = await world.offboard(user.id, { hide_from_gal: true }, { schedule: { at, time_zone: 'Etc/UTC' }, notify: { webhook: true, email: false, psa: false } });
  await world.pass(2 * 3600_000 + 10 * 60_000);
  await settled(world);
  const seen = async () => (await deliveries(world, `&offboarding=${id}&channel=webhook`)).filter((one) => one.endpoint_name === 'generic').map((one) => one.event);
  for (let tries = 0; tries < 60 && !(await seen()).includes('reminder'); tries++) await new Promise((done) => setTimeout(done, 100));
  await world.api('POST', `/offboardings/${id}/cancel`);
  await settled(world);
  for (let tries = 0; tries < 60 && !(await seen()).includes('cancelled'); tries++) await new Promise((done) => setTimeout(done, 100));
  assert.deepEqual((await seen()).reverse(), ['planned', 'reminder', 'cancelled']);

  await settled(world);
  const shown = await world.run(['notifications', 'show']);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /slack/);
  const tried = await world.run(['notifications', 'test', 'slack']);
  assert.equal(tried.code, 0, tried.stderr + tried.stdout);
  const list = await world.run(['deliveries', '--json']);
  const [first] = JSON.parse(list.stdout.split('\n')[0]).items.filter((one) => one.endpoint_name === 'generic');
  const count = (await sinks(world)).generic.filter((one) => one['webhook-id'] === first.message_id).length;
  const again = await world.run(['redeliver', first.id]);
  assert.equal(again.code, 0, again.stderr);
  await settled(world);
  assert.equal((await sinks(world)).generic.filter((one) => one['webhook-id'] === first.message_id).length, count + 1, 'the same id');
});
