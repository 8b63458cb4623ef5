// Receivers that are away for a day, in every way, and one that wants nothing more. Time is simulated: the server's clock
// and the simulator's are moved together.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer as createHttps } from 'node:https';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeScanned, configure, deliveries, hooks, leaver, notifyWorld, settled, sinks } from '../support/notify.mjs';
import { until } from '../support/world.mjs';

const HOUR = 3600_000;
let world;
const servers = [];

// A receiver of our own for what the simulator cannot do: it answers as `behave` says until it is well again.
async function receiver(name, behave, { secure = false } = {}) {
  const one = { name, broken: true, got: [], tries: 0 };
  const take = (request, response) => {
    let body = '';
    request.on('data', (text) => (body += text));
    request.on('end', () => {
      one.tries++;
      if (one.broken && behave) return behave(request, response);
      one.got.push({ id: request.headers['webhook-id'], body: JSON.parse(body) });
      response.writeHead(204).end();
    });
  };
  let server;
  if (secure) server = createHttps({ key: readFileSync(secure.key), cert: readFileSync(secure.cert) }, take);
  else server = createHttp(take);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  one.server = server;
  one.url = `${secure ? 'https' : 'http'}://127.0.0.1:${server.address().port}/`;
  return one;
}

// Speaks something that is not HTTP, then, when well again, hands connections on to a real receiver.
async function garbage() {
  const behind = await receiver('garbage');
  const front = createTcp((socket) => {
    socket.on('error', () => {});
    if (behind.broken) {
      behind.tries++;
      socket.end('\x00\x01\x02 this is no HTTP \xff\xfe'.repeat(50));
      return;
    }
    const port = Number(new URL(behind.inner).port);
    import('node:net').then(({ connect }) => {
      const through = connect(port, '127.0.0.1');
      through.on('error', () => socket.destroy());
      socket.pipe(through).pipe(socket);
    });
  });
  await new Promise((done) => front.listen(0, '127.0.0.1', done));
  servers.push(front);
  behind.inner = behind.url;
  behind.url = `http://127.0.0.1:${front.address().port}/`;
  return behind;
}

function certificate(folder, name) {
  const key = join(folder, `${name}.key`);
  const cert = join(folder, `${name}.pem`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert,
    '-days', '30', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  return { key, cert };
}

const folder = mkdtempSync(join(tmpdir(), 'lastday-certificates-'));
const trusted = certificate(folder, 'trusted');
before(async () => {
  world = await notifyWorld({ settings: { LASTDAY_NOTIFY_CA_FILE: trusted.cert } });
});
after(async () => {
  rmSync(folder, { recursive: true });
  for (const server of servers) {
    server.closeAllConnections?.();
    server.close();
  }
  await closeScanned(world);
});

// No delivery is being tried just now.
const quiet = () =>
  until('quiet', async () => {
    const before = JSON.stringify(await attempts());
    await sleep(1300); // the notifier looks every second
    return JSON.stringify(await attempts()) === before;
  });
const attempts = async () => Object.fromEntries((await deliveries(world)).map((one) => [one.id, one.attempts]));

test('f33_r11 down for a day: all arrive within five minutes of the return, in order, once', async () => {
  const ways = [
    await receiver('500', (_, response) => response.writeHead(500).end('<html>oops</html>')),
    await receiver('429', (_, response) => response.writeHead(429, { 'retry-after': '200' }).end()),
    await receiver('breaks off', (_, response) => setTimeout(() => response.destroy(), 300)),
    await garbage(),
    await receiver('redirect', (_, response) => response.writeHead(302, { location: `${world.simUrl}/sink/generic/redirected` }).end()),
    await receiver('flood', (_, response) => response.writeHead(200).end('x'.repeat(1 << 20))),
  ];
  await configure(world, {
    webhooks: [hooks.generic(world, { events: ['finished'] }), ...ways.map((one) => ({ name: one.name, url: one.url, format: 'generic', events: ['started', 'finished'] }))],
  });
  const ids = [];
  for (let hour = 0; hour < 24; hour += hour < 4 ? 1 : 5) {
    if (ids.length < 3) {
      const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
      const begun = Date.now();
      await world.finished(id);
      assert.ok(Date.now() - begun < 20_000, 'offboardings are not held up');
      ids.push(id);
    }
    // A clock that jumps would end what is under way, as if it had taken an hour.
    await until('the endpoint that is well to be told', async () => (await sinks(world)).generic.length === ids.length);
    await quiet();
    const tries = ways.map((one) => one.tries);
    await world.pass((hour < 4 ? 1 : 5) * HOUR);
    await until('each was tried again', () => ways.every((one, i) => one.tries > tries[i]));
  }
  await quiet();
  assert.equal((await sinks(world)).generic.length, 3, 'the endpoint that is well got its own at once, and nothing by redirection');
  for (const one of ways) assert.ok(one.tries >= 5, `${one.name} was tried ${one.tries} times`);
  for (const one of ways) assert.equal(one.got.length, 0);
  for (const one of ways) one.broken = false;
  await world.pass(5 * 60_000);
  const all = await settled(world);
  assert.deepEqual(all.filter((one) => one.status !== 'delivered'), []);
  for (const one of ways) {
    assert.equal(one.got.length, 6, one.name);
    assert.equal(new Set(one.got.map((got) => got.id)).size, 6, 'nothing twice');
    for (const id of ids)
      assert.deepEqual(one.got.filter((got) => got.body.data.id === id).map((got) => got.body.type), ['offboarding.started', 'offboarding.finished'], `${one.name}: order`);
  }
  const late = all.filter((one) => one.endpoint_name === '500').at(-1);
  const { attempts_made: made } = await world.api('GET', `/deliveries/${late.id}`);
  assert.equal(made[0].status, 500);
  assert.match(made[0].response, /oops/);
  assert.equal(made.at(-1).status, 204);
});

test('f33_slow one that does not answer in time is tried again, and holds nobody up', async () => {
  const slow = await receiver('slow', () => {});
  await configure(world, {
    webhooks: [hooks.generic(world, { events: ['started', 'finished'] }), { name: 'slow', url: slow.url, format: 'generic', events: ['started', 'finished'] }],
  });
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  const mine = async () => (await deliveries(world, `&offboarding=${id}`)).filter((one) => one.endpoint_name === 'slow');
  await until('the other to be told', async () => (await sinks(world)).generic.filter((one) => one.body.data.id === id).length === 2);
  assert.ok((await mine()).every((one) => one.status === 'pending'));
  const late = await until('it to be given up for now', async () => (await mine()).find((one) => one.attempts > 0), 40_000);
  const { attempts_made: made } = await world.api('GET', `/deliveries/${late.id}`);
  assert.equal(made[0].error.code, 'timeout');
  slow.broken = false;
  await world.pass(5 * 60_000);
  await until('all to arrive', async () => (await mine()).every((one) => one.status === 'delivered'));
  const told = slow.got.filter((one) => one.body.data.id === id).map((one) => one.body.type);
  assert.deepEqual(told, ['offboarding.started', 'offboarding.finished']);
});

test('f33_410 the endpoint is switched off, and others are told', async () => {
  const gone = await receiver('gone', (_, response) => response.writeHead(410).end());
  await configure(world, { webhooks: [hooks.generic(world, { events: ['finished'] }), { name: 'gone', url: gone.url, format: 'generic', events: ['finished'] }] });
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  await until('the endpoint is off', async () => {
    const hook = (await world.api('GET', '/settings/notifications')).webhooks.find((one) => one.name === 'gone');
    return !hook.enabled && /410/.test(hook.disabled_reason);
  });
  await until('the other webhook is told', async () => (await sinks(world)).generic.some((one) => one.body.type === 'lastday.endpoint_disabled'));
  assert.equal(gone.tries, 1);
});

test('f33_bad_certificate nothing is sent to a peer that cannot prove its name; a retry follows its repair', async () => {
  const stranger = await receiver('stranger', null, { secure: certificate(folder, 'stranger') });
  await configure(world, { webhooks: [{ name: 'stranger', url: stranger.url, format: 'generic', events: ['finished'] }] });
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  await quiet();
  const [one] = (await deliveries(world, `&offboarding=${id}`)).filter((d) => d.endpoint_name === 'stranger');
  const { attempts_made: made } = await world.api('GET', `/deliveries/${one.id}`);
  assert.equal(made[0].error.code, 'tls');
  assert.equal(stranger.tries, 0);
  stranger.server.setSecureContext({ key: readFileSync(trusted.key), cert: readFileSync(trusted.cert) });
  await world.pass(5 * 60_000);
  await until('it arrives', () => stranger.got.length === 1);
});

test('f33_dead_letter after three days it is given up, the operator is told, and it can be sent by hand', async () => {
  const dead = await receiver('dead', (_, response) => response.writeHead(503).end());
  await configure(world, { webhooks: [hooks.generic(world, { events: ['failed'] }), { name: 'dead', url: dead.url, format: 'generic', events: ['finished'] }] });
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  const mine = async () => (await deliveries(world, `&offboarding=${id}`)).find((one) => one.endpoint_name === 'dead');
  await until('the first try', () => dead.tries > 0);
  for (let days = 0; days < 16 && (await mine()).status === 'pending'; days++) {
    const { attempts } = await mine();
    await world.pass(27 * HOUR);
    await until('the next try', async () => (await mine()).attempts > attempts || (await mine()).status !== 'pending');
  }
  const lost = await until('it is given up', async () => ((await mine()).status === 'failed' ? mine() : null));
  assert.equal(lost.reason, 'tried_for_days');
  assert.ok(lost.attempts >= 10);
  await until('the operator is told', async () => (await sinks(world)).generic.some((one) => one.body.type === 'lastday.delivery_failed'));
  dead.broken = false;
  await world.api('POST', `/deliveries/${lost.id}/redeliver`);
  await until('it arrived', async () => dead.got.length === 1);
  assert.equal(dead.got[0].id, lost.message_id);
});
