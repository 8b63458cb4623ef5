// Rows of the catalogue (docs/faults.md) that are about one situation each, asked of the simulator's state.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { leaversOf, writesOf } from '../support/upstream.mjs';
import { until, World } from '../support/world.mjs';

const LIMIT = { timeout: 120_000 };
const MINUTE = 60_000;

let world;
let people;
before(async () => {
  world = await World.make({ tenants: 1 });
  await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
  // Ordinary people with licenses of their own; the cast, which has its peculiarities, reports to Megan.
  const whole = await world.whole();
  const { id: megan } = Object.values(whole.users).find((user) => user.userPrincipalName.startsWith('megan.'));
  people = leaversOf(whole).filter(
    (user) => user._manager && user._manager !== megan && user.assignedLicenses.length > 0 &&
      user.licenseAssignmentStates.every((one) => !one.assignedByGroup),
  );
}, LIMIT);
after(() => world.close(), LIMIT);
afterEach(() => world.sim('DELETE', '/faults'));

const rowOf = (one, id) => one.tasks.find((task) => task.id === id);
const succeeded = (one) => assert.match(one.status, /^succeeded/, JSON.stringify(one.tasks.filter((task) => task.error)));
const patch = (body) => world.sim('PATCH', `/state?tenant=${world.tenant.id}`, body);
const patchUser = (id, user) => world.sim('PATCH', `/state?tenant=${world.tenant.id}&user=${id}`, { user });

// Planned, then something happens, then it runs.
async function planned(user, options, change, more = {}) {
  const at = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
  const { id } = await world.offboard(user.id, options, { schedule: { at, time_zone: 'Etc/UTC' }, ...more });
  await change();
  await world.sim('DELETE', '/requests');
  await world.api('POST', `/offboardings/${id}/run-now`);
  return until('it to end or to ask', async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.ended_at || one.status === 'needs_attention' ? one : null;
  }).catch(async (error) => {
    throw new Error(`${error.message}: ${world.main.events('start_postponed').map((one) => one.why)}`);
  });
}
const told = async (id) => writesOf(await world.requests()).filter((one) => `${one.path} ${JSON.stringify(one.body)}`.includes(id));

const DENIED = {
  disable_sign_in: { service: 'graph', method: 'PATCH', path: '*/users/*', body_has: 'accountEnabled' },
  revoke_sessions: { service: 'graph', path: '*/revokeSignInSessions' },
  hide_from_gal: { service: 'exchange', cmdlet: 'Set-Mailbox' },
  set_out_of_office: { service: 'exchange', cmdlet: 'Set-MailboxAutoReplyConfiguration' },
  remove_licenses: { service: 'graph', path: '*/assignLicense' },
};
for (const [task, rule] of Object.entries(DENIED))
  test(`f14 without the permission for ${task} that task says so, and the others go on`, LIMIT, async () => {
    const user = people.pop();
    const options = { disable_sign_in: true, revoke_sessions: true, hide_from_gal: true, set_out_of_office: { message_html: 'Gone.', audience: 'all' }, remove_licenses: true };
    await world.sim('POST', '/faults', { ...rule, status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' } } });
    const done = await world.finished((await world.offboard(user.id, options)).id);
    assert.equal(done.status, 'failed');
    const failed = done.tasks.filter((one) => one.status === 'failed');
    assert.deepEqual(failed.map((one) => one.id), [task]);
    assert.match(failed[0].error.message, /privileges|permission/i);
    assert.ok(failed[0].error.request_id);
    for (const one of done.tasks.filter((row) => row.id !== task)) assert.ok(['succeeded', 'already_done'].includes(one.status), one.id);
  });

test('f15 reads that lag behind a write are waited for, and nothing is written twice', LIMIT, async () => {
  const user = people.pop();
  await world.sim('PUT', '/consistency', { ms: 4000 });
  await world.sim('DELETE', '/requests');
  const done = await world.finished((await world.offboard(user.id, { disable_sign_in: true, remove_from_groups: true, hide_from_gal: true })).id);
  await world.sim('PUT', '/consistency', { ms: 0 });
  assert.match(done.status, /^succeeded/, JSON.stringify(done.tasks.map((task) => task.error)));
  const writes = (await told(user.id)).map((one) => `${one.method} ${one.path} ${JSON.stringify(one.body)}`);
  assert.deepEqual(writes, [...new Set(writes)]);
  assert.equal((await world.look(user.id)).user.accountEnabled, false);
});

test('f16 a mailbox that is being converted is waited for, and the licenses with it', LIMIT, async () => {
  const user = people.pop();
  const licenses = (await world.look(user.id)).user.assignedLicenses.length;
  assert.ok(licenses > 0);
  await world.sim('PUT', '/timing', { conversion_ms: 20 * MINUTE });
  const { id } = await world.offboard(user.id, { convert_to_shared: true, remove_licenses: true });
  const seen = [];
  const done = await until('the end', async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    if (one.ended_at) return one;
    const convert = rowOf(one, 'convert_to_shared');
    if (convert.status === 'waiting') {
      seen.push((await world.look(user.id)).user.assignedLicenses.length);
      assert.equal(rowOf(one, 'remove_licenses').status, 'pending');
      await world.pass(MINUTE);
    }
    return null;
  }, 90_000);
  await world.sim('PUT', '/timing', { conversion_ms: 0 });
  assert.match(done.status, /^succeeded/);
  assert.ok(seen.length >= 10 && seen.every((count) => count === licenses), `${seen}`);
  const { user: now, mailbox } = await world.look(user.id);
  assert.deepEqual([mailbox.RecipientTypeDetails, now.assignedLicenses], ['SharedMailbox', []]);
});

test('f17 groups and licenses that cannot be left are listed with their reason', LIMIT, async () => {
  const cases = { 'adele.vance': /dynamic|rule/i, 'syd.synced': /premises|active directory/i };
  for (const [name, words] of Object.entries(cases)) {
    const start = await world.look(`${name}@contoso.com`);
    const done = await world.finished((await world.offboard(start.user.id, { remove_from_groups: true })).id);
    const items = rowOf(done, 'remove_from_groups').items;
    const left = (await world.look(start.user.id)).groups.filter((one) => one._is_member);
    assert.ok(left.length > 0);
    for (const group of left) {
      const item = items.find((one) => one.id === group.id);
      assert.equal(item?.status, 'skipped', group.displayName);
      assert.match(`${item.reason} ${item.message}`, words);
    }
    assert.ok(items.some((one) => one.status === 'succeeded'), 'the others were left');
  }
  // What comes by a group goes by leaving it; the item says which.
  const done = await world.finished((await world.offboard('lisa.licensed@contoso.com', { remove_licenses: true })).id);
  const { items } = rowOf(done, 'remove_licenses');
  assert.ok(items.length > 0 && items.every((one) => one.kind === 'group_license' && one.group_id), JSON.stringify(items));
});

test('f30 renamed in between: it goes on by the object id, and says so', LIMIT, async () => {
  const user = people.pop();
  const name = `renamed.person@${world.tenant.default_domain}`;
  const done = await planned(user, { disable_sign_in: true }, () => patchUser(user.id, { userPrincipalName: name, mail: name }));
  assert.match(done.status, /^succeeded/);
  assert.equal(done.user.user_principal_name ?? done.user_principal_name, name);
  assert.ok(done.warnings.some((one) => one.code === 'user_renamed'));
  assert.equal((await world.look(user.id)).user.accountEnabled, false);
});

test('f30 made an admin in between: nothing happens before somebody approves it', LIMIT, async () => {
  const user = people.pop();
  const admin = (await world.look('ada.admin@contoso.com')).user;
  const held = await planned(user, { disable_sign_in: true }, () => patchUser(user.id, { _roles: admin._roles }));
  assert.equal(held.status, 'needs_attention');
  assert.ok(held.warnings.some((one) => one.code === 'became_privileged'));
  assert.deepEqual(await told(user.id), []);
  await world.api('POST', `/offboardings/${held.id}/approve`, { reason: 'It is right.' });
  assert.match((await world.finished(held.id)).status, /^succeeded/);
  await patchUser(user.id, { _roles: [] });
});

test('f30 deleted and made anew under the same name: the new one is never touched', LIMIT, async () => {
  const user = people.pop();
  const newId = '99999999-0000-4000-8000-000000000001';
  const { user: whole, mailbox } = await world.look(user.id);
  const done = await planned(user, { disable_sign_in: true, hide_from_gal: true, remove_from_groups: true }, () =>
    patch({
      users: { [user.id]: null, [newId]: { ...whole, id: newId } },
      deleted_users: { [user.id]: whole },
      mailboxes: { [newId]: { ...JSON.parse(JSON.stringify(mailbox).replaceAll(user.id, newId)), Guid: newId, ExchangeGuid: newId } },
    }));
  assert.ok(done.warnings.some((one) => one.code === 'user_deleted'), JSON.stringify(done.warnings));
  assert.deepEqual(await told(newId), []);
  assert.deepEqual(await told(whole.userPrincipalName), []);
  const now = await world.look(newId);
  assert.deepEqual([now.user.accountEnabled, now.mailbox.HiddenFromAddressListsEnabled], [true, mailbox.HiddenFromAddressListsEnabled]);
});

test('f31 whom mail is forwarded to is gone: that step alone asks', LIMIT, async () => {
  const user = people.pop();
  const target = people.pop();
  const { user: whole } = await world.look(target.id);
  const done = await planned(user, { disable_sign_in: true, forward_email: { to: target.userPrincipalName, keep_copy: true }, hide_from_gal: true }, () =>
    patch({ users: { [target.id]: null }, deleted_users: { [target.id]: whole }, mailboxes: { [target.id]: null } }));
  const status = Object.fromEntries(done.tasks.map((task) => [task.id, task.status]));
  assert.deepEqual(status, { disable_sign_in: 'succeeded', forward_email: 'failed', hide_from_gal: 'succeeded' });
  assert.ok(rowOf(done, 'forward_email').error.message.length > 20);
  assert.equal((await world.look(user.id)).mailbox.ForwardingSmtpAddress ?? null, null);
});

// A client of the event stream that reads nothing.
function deaf() {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${world.token}\r\nAccept: text/event-stream\r\n\r\n`);
      socket.pause();
      done(socket);
    });
    socket.once('error', failed);
  });
}

test('f32 a hundred clients that do not read hold up nobody', LIMIT, async () => {
  const sockets = await Promise.all(Array.from({ length: 100 }, deaf));
  for (const socket of sockets) socket.on('error', () => {});
  const ids = [];
  for (let i = 0; i < 4; i++) ids.push((await world.offboard(people.pop().id, { disable_sign_in: true, hide_from_gal: true })).id);
  for (const id of ids) succeeded(await world.finished(id));
  for (const socket of sockets) socket.destroy();
  // There are only so many streams; when theirs are gone, there is one again.
  await until('a stream', async () => {
    const answer = await fetch(`${world.url}/api/v1/offboardings/${ids[0]}/events?last_event_id=0`, {
      headers: { authorization: `Bearer ${world.token}` }, signal: AbortSignal.timeout(10_000),
    });
    let text = '';
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString();
      if (text.includes('event: end')) return true;
    }
    return false;
  });
});

test('f35 out of file descriptors: what runs goes on, and new connections are taken again afterwards', LIMIT, async () => {
  const { pid } = world.child;
  await world.sim('PUT', '/latency', { '*': 150 });
  const { id } = await world.offboard(people.pop().id, { disable_sign_in: true, hide_from_gal: true, revoke_sessions: true });
  const open = Number(execFileSync('sh', ['-c', `ls /proc/${pid}/fd | wc -l`]).toString());
  execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${open + 12}:`]);
  const sockets = (await Promise.allSettled(Array.from({ length: 60 }, deaf))).flatMap((one) => one.value ?? []);
  for (const socket of sockets) socket.on('error', () => {});
  assert.equal(world.main.gone, false);
  for (const socket of sockets) socket.destroy();
  execFileSync('prlimit', [`--pid=${pid}`, '--nofile=1024:']);
  await world.sim('PUT', '/latency', {});
  succeeded(await world.finished(id));
  assert.equal(world.child.pid, pid, 'without a restart');
});
