// The one-time page: no sign-in, no script, a click before it counts; expiry, views, revocation, one answer for every link
// that shows nothing; private channels get the link, others never; Password Pusher as another host.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright';
import { fits } from '../support/openapi.mjs';
import { closeScanned, configure, hooks, leaver, notifyWorld, settled, sinks } from '../support/notify.mjs';

const DAY = 24 * 3600_000;
let world;
let done; // an offboarding whose password was set
let password;
const secrets = [];

before(async () => {
  world = await notifyWorld({ store: 'sqlite' }); // what is in its file is looked at
  await configure(world, {
    webhooks: [hooks.generic(world, { private: true }), hooks.slack(world), hooks.teams(world, { private: true })],
    email: { enabled: true, via: 'graph', from: `adele.vance@${world.tenant.default_domain}`, to: ['it@contoso.com'], private: true },
  });
  const user = await leaver(world);
  const { id } = await world.offboard(user.id, { disable_sign_in: true, reset_password: true });
  done = await world.finished(id);
  await settled(world);
  password = (await world.look(user.id)).user._password;
});
after(async () => {
  const store = await readFile(`${world.env.LASTDAY_SERVER_DATA_DIR}/lastday.db`).catch(() => Buffer.alloc(0));
  const wal = await readFile(`${world.env.LASTDAY_SERVER_DATA_DIR}/lastday.db-wal`).catch(() => Buffer.alloc(0));
  const journal = Buffer.concat([store, wal]).toString('latin1');
  for (const what of ['link_created', 'link_viewed', 'link_revoked']) assert.ok(journal.includes(what), `${what} is in the journal`);
  await closeScanned(world, { more: secrets });
});

const make = async (body = {}) => {
  const link = await world.api('POST', `/offboardings/${done.id}/tasks/reset_password/secret`, body);
  secrets.push(link.url.split('/s/')[1]);
  return link;
};
const look = (url) => fetch(url);
const use = async (url, headers = {}) => {
  const answer = await fetch(url, { method: 'POST', headers, redirect: 'manual' });
  return { status: answer.status, text: (await answer.text()).replace(/nonce="[^"]+"/g, ''), headers: answer.headers };
};
const shown = (text) => text.replaceAll('&#39;', "'").replaceAll('&amp;', '&').includes(password);

test('looking counts nothing, a click shows the password, and that once', async () => {
  const link = await make();
  fits('NewSecretLink', link);
  fits('SecretLinkPage', await world.api('GET', `/offboardings/${done.id}/tasks/reset_password/secret`));
  assert.match(link.url, new RegExp(`^${world.url}/s/[A-Za-z0-9_-]{43}$`));
  assert.equal(link.views_left, 1);
  for (let i = 0; i < 5; i++) {
    const page = await look(link.url);
    const text = await page.text();
    assert.equal(page.status, 200);
    assert.ok(!shown(text));
    assert.match(page.headers.get('x-robots-tag'), /noindex/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; style-src 'nonce-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    assert.ok(!/<script|<img|<link|https?:/.test(text), 'nothing from elsewhere, no script');
  }
  const first = await use(link.url);
  assert.equal(first.status, 200);
  assert.ok(shown(first.text));
  const second = await use(link.url);
  assert.equal(second.status, 404);
  assert.ok(!shown(second.text));
});

test('a link that never was looks the same as one that is used up, expired or revoked', async () => {
  const used = await make();
  await use(used.url);
  const revoked = await make({ views: 5 });
  const { items } = await world.api('GET', `/offboardings/${done.id}/tasks/reset_password/secret`);
  assert.ok(items.some((one) => one.id === revoked.id && one.views_left === 5));
  assert.ok(!JSON.stringify(items).includes(revoked.url.split('/s/')[1]), 'a list shows no token');
  await world.api('DELETE', `/offboardings/${done.id}/tasks/reset_password/secret/${revoked.id}`);
  const expired = await make({ expires_in_days: 1, views: 20 });
  assert.ok(shown((await use(expired.url)).text));
  await world.pass(DAY + 1000);
  const wrong = `${world.url}/s/${'A'.repeat(43)}`;
  const answers = [await use(wrong), await use(used.url), await use(revoked.url), await use(expired.url)];
  assert.deepEqual(new Set(answers.map((one) => `${one.status} ${one.text}`)).size, 1);
  assert.equal(answers[0].status, 404);
  const pages = await Promise.all([wrong, used.url, `${world.url}/s/x`].map(async (url) => (await look(url)).text()));
  assert.equal(new Set(pages.map((text) => text.replace(/nonce="[^"]+"/g, ''))).size, 1);
});

test('in a browser without JavaScript: look, click, see', async () => {
  await sleep(1500); // the five wrong links above make the next one wait for a second, by a clock that no test moves
  const link = await make({ views: 2 });
  const browser = await chromium.launch({ timeout: 120_000, executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    page.setDefaultTimeout(120_000); // a machine may be busy
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    const problems = [];
    page.on('console', (message) => problems.push(message.text()));
    await page.goto(link.url);
    assert.ok(!(await page.content()).includes(password));
    await page.getByRole('button', { name: 'Show the password' }).click();
    assert.equal(await page.locator('output').textContent({ timeout: 20_000 }).catch(() => page.content()), password);
    assert.match(await page.locator('main').textContent(), /1 more time/);
    assert.ok(requests.every((url) => url.startsWith(world.url)), requests.join());
    assert.deepEqual(problems.filter((text) => !/favicon/.test(text)), []);
  } finally {
    await browser.close();
  }
});

test('who tries many wrong links is slowed down; other sites cannot post', async () => {
  const statuses = [];
  for (let i = 0; i < 8; i++) statuses.push((await use(`${world.url}/s/${String(i).repeat(43)}`)).status);
  assert.ok(statuses.includes(429), statuses.join());
  const blocked = await use(`${world.url}/s/${'B'.repeat(43)}`);
  assert.ok(Number(blocked.headers.get('retry-after')) >= 1);
  const foreign = await use(`${world.url}/s/${'B'.repeat(43)}`, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
  assert.equal(foreign.status, 403);
});

test('roles, bounds and what has no secret', async () => {
  const viewer = (await world.run(['admin', 'token-create', '--name', 'v', '--role', 'viewer'])).stdout.trim();
  secrets.push(viewer);
  const path = `/offboardings/${done.id}/tasks/reset_password/secret`;
  assert.equal((await world.raw('POST', path, {}, { authorization: `Bearer ${viewer}` })).status, 403);
  for (const body of [{ views: 0 }, { views: 1000 }, { expires_in_days: 366 }, { password: 'x' }]) assert.equal((await world.raw('POST', path, body)).status, 422);
  assert.equal((await world.raw('POST', `/offboardings/${done.id}/tasks/disable_sign_in/secret`, {})).status, 404);
  assert.equal((await world.raw('DELETE', `${path}/01a21586-0000-7000-8000-000000000000`)).status, 404);
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  const none = await world.raw('POST', `/offboardings/${id}/tasks/reset_password/secret`, {});
  assert.equal(none.status, 404);
  assert.equal((await none.json()).code, 'no_secret');
});

test('private channels carry a link of their own, others none, and the password is in none', async () => {
  const got = await sinks(world);
  const about = got.generic.find((one) => one.body.data.id === done.id && one.body.type === 'offboarding.finished').body.data;
  assert.match(about.password_url, /\/s\/[A-Za-z0-9_-]{43}$/);
  assert.ok(!JSON.stringify(got.slack).includes('/s/'));
  assert.ok(JSON.stringify(got.teams).includes('/s/'));
  const { mail } = await world.sim('GET', '/sinks');
  assert.match(mail.find((one) => one.message.body.content.includes(done.id)).message.body.content, /\/s\/[A-Za-z0-9_-]{43}/);
  for (const text of [got, mail]) assert.ok(!JSON.stringify(text).includes(password));
});

for (const api of ['v1', 'v2'])
  test(`Password Pusher ${api} hosts the link instead`, async () => {
    const settings = await world.api('GET', '/settings/notifications');
    settings.password_links = { host: 'pwpush', url: `${world.simUrl}/sink/pwpush`, api, user: 'ops@sim.example', token: 'sim-pwpush-token', expires_in_days: 3, views: 2 };
    const put = await configure(world, settings);
    assert.equal(put.password_links.token, '********');
    const link = await world.api('POST', `/offboardings/${done.id}/tasks/reset_password/secret`, {});
    assert.match(link.url, /\/sink\/pwpush\/p\//);
    assert.equal(link.host, 'pwpush');
    const token = link.url.split('/p/')[1];
    secrets.push(token);
    const kept = (await sinks(world)).pwpush.pushes[token];
    assert.equal(kept.payload, password);
    assert.deepEqual([kept.expire_after_days, kept.expire_after_views, kept.retrieval_step], [3, 2, true]);
    await world.api('DELETE', `/offboardings/${done.id}/tasks/reset_password/secret/${link.id}`);
    assert.equal((await sinks(world)).pwpush.pushes[token].deleted, true);
  });
