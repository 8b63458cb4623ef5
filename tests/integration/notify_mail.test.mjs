// Mail to a real SMTP server: STARTTLS and implicit TLS with a test authority, AUTH, what arrives parsed by a real
// parser; the same Message-ID when the answer was lost; nothing without encryption or to a stranger.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { closeScanned, configure, deliveries, leaver, notifyWorld, settled } from '../support/notify.mjs';
import { until } from '../support/world.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lastday-mail-'));
const PASSWORD = 'smtp-pässword-4711';
const received = [];
let servers = [];
let world;

const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
const path = (name) => join(folder, name);

function authority() {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path('ca.key'), '-out', path('ca.pem'), '-days', '30', '-subj', '/CN=Test authority');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', '/CN=localhost');
  writeFileSync(path('names'), 'subjectAltName=DNS:localhost\n');
  openssl('x509', '-req', '-in', path('server.csr'), '-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-out', path('server.pem'), '-days', '30', '-extfile', path('names'));
}

// drop: the connection is cut that often after the data, before the answer.
async function mailServer({ secure = false, tls = true, drop = 0 } = {}) {
  const one = { got: [], drops: drop, logins: [] };
  one.server = new SMTPServer({
    secure,
    key: readFileSync(path('server.key')),
    cert: readFileSync(path('server.pem')),
    disabledCommands: tls ? [] : ['STARTTLS'],
    authOptional: false,
    logger: false,
    onAuth({ username, password }, _session, done) {
      one.logins.push(username);
      if (username === 'lastday' && password === PASSWORD) done(null, { user: username });
      else done(new Error('Invalid login'));
    },
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (text) => (raw += text));
      stream.on('end', async () => {
        received.push(raw);
        one.got.push({ raw, mail: await simpleParser(raw), secure: session.secure, to: session.envelope.rcptTo.map((to) => to.address) });
        if (one.drops-- > 0) one.server.connections.forEach((connection) => connection._socket.destroy());
        else done();
      });
    },
  });
  one.server.on('error', () => {});
  await new Promise((ready) => one.server.listen(0, '127.0.0.1', ready));
  one.port = one.server.server.address().port;
  servers.push(one);
  return one;
}

async function start(server, scheme, settings = {}) {
  Object.assign(world.env, {
    LASTDAY_SMTP_URL: `${scheme}://localhost:${server.port}`,
    LASTDAY_SMTP_USER: 'lastday',
    LASTDAY_SMTP_PASSWORD: PASSWORD,
    LASTDAY_SMTP_FROM: 'lastday@contoso.com',
    LASTDAY_NOTIFY_CA_FILE: path('ca.pem'),
    ...settings,
  });
  await world.stop();
  await world.start();
}

const run = async (more) => {
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true }, more);
  await world.finished(id);
  return id;
};
const tryOf = async (id) => {
  const one = await until('it was tried', async () => (await deliveries(world, `&offboarding=${id}`)).find((d) => d.attempts > 0));
  return (await world.api('GET', `/deliveries/${one.id}`)).attempts_made[0];
};

before(async () => {
  authority();
  world = await notifyWorld();
  await configure(world, { email: { enabled: true, via: 'smtp', to: ['it@contoso.com', 'second@contoso.com'], events: ['finished'] } });
});
after(async () => {
  await closeScanned(world, { more: [PASSWORD], received });
  for (const one of servers) one.server.close();
  rmSync(folder, { recursive: true });
});

for (const [scheme, secure] of [['smtp', false], ['smtps', true]])
  test(`${scheme}: over TLS, signed in, and read by a real parser`, async () => {
    const server = await mailServer({ secure });
    await start(server, scheme);
    const id = await run({ reference: 'Zürich – 札幌 🗻 <b>' });
    const [one] = await until('it arrived', () => (server.got.length ? server.got : null));
    assert.ok(one.secure);
    assert.deepEqual(server.logins, ['lastday']);
    assert.deepEqual(one.to, ['it@contoso.com', 'second@contoso.com']);
    assert.match(one.mail.subject, /^Offboarding finished: .* \[Zürich – 札幌 🗻 <b>\]$/);
    assert.equal(one.mail.from.text, 'lastday@contoso.com');
    assert.match(one.mail.text, /Reference: Zürich – 札幌 🗻 <b>/);
    assert.match(one.mail.html, /Zürich – 札幌 🗻 &lt;b&gt;/);
    assert.match(one.mail.html, /<table role="presentation"/);
    assert.ok(!/<style|<script|<img|class=|url\(/.test(one.mail.html), 'nothing that Outlook or a filter dislikes');
    assert.ok(one.mail.html.includes(`/offboardings/${id}`) && one.mail.text.includes(`/offboardings/${id}`));
    assert.match(one.raw, /^MIME-Version: 1\.0\r?$/im);
    assert.match(one.raw, /multipart\/alternative/);
    assert.ok(one.raw.split('\r\n').every((line) => Buffer.byteLength(line) <= 998));
    assert.equal((one.raw.match(/^Message-ID:/gim) ?? []).length, 1);
    const [delivery] = (await settled(world)).filter((d) => d.offboarding === id);
    assert.equal(one.mail.messageId, `<${delivery.message_id}@contoso.com>`);
  });

test('f34_accepted_but_the_answer_is_lost: sent again with the same Message-ID', async () => {
  const server = await mailServer({ drop: 1 });
  await start(server, 'smtp');
  const id = await run();
  await until('the first try', () => server.got.length === 1);
  await until('it was recorded', async () => (await deliveries(world, `&offboarding=${id}`))[0].attempts === 1);
  await world.pass(10_000);
  await until('the second', () => server.got.length === 2);
  assert.equal(server.got[0].mail.messageId, server.got[1].mail.messageId);
  await settled(world);
});

test('without encryption nothing is sent', async () => {
  const open = await mailServer({ tls: false });
  await start(open, 'smtp');
  assert.equal((await tryOf(await run())).error.code, 'no_tls');
  assert.deepEqual([open.got.length, open.logins.length], [0, 0]);
});

test('a server that nobody vouches for gets nothing', async () => {
  const server = await mailServer();
  writeFileSync(path('other.pem'), execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null', '-days', '30', '-subj', '/CN=Another authority'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  await start(server, 'smtp', { LASTDAY_NOTIFY_CA_FILE: path('other.pem') });
  assert.equal((await tryOf(await run())).error.code, 'tls');
  assert.deepEqual([server.got.length, server.logins.length], [0, 0]);
});

test('a refused login is said in the words of the server', async () => {
  const server = await mailServer();
  await start(server, 'smtp', { LASTDAY_SMTP_USER: 'stranger' });
  const made = await tryOf(await run());
  assert.equal(made.error.code, 'mail_login');
  assert.match(made.error.message, /Invalid login/);
});
