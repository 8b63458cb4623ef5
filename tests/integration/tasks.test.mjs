// Every task alone, and all that go together, on each kind of user: the simulator's state before, after, and after undo.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { indexed, INDEXED } from '../support/exchange.mjs';
import { everything, EXTRA_GROUP, optionsOf, TASKS } from '../support/tasks.mjs';
import { until, World } from '../support/world.mjs';

const KINDS = {
  'the typical user': 'adele.vance@contoso.com',
  'a cloud user': 'cora.cloud@contoso.com',
  'a synced user': 'syd.synced@contoso.com',
  'a guest': 'gus.guest_partner-example.com#EXT#@contoso.onmicrosoft.com',
  'an admin': 'ada.admin@contoso.com',
  'a user licensed by group': 'lisa.licensed@contoso.com',
  'a user without a mailbox': 'nora.nomail@contoso.com',
  'a user whose mailbox is on the premises': 'moe.mailuser@contoso.com',
  'a user without a OneDrive': 'nils.nodrive@contoso.com',
  'a user whose mailbox is shared already': 'sharon.shared@contoso.com',
  'a user with a mailbox of 60 GB': 'bruno.big@contoso.com',
  'a user on hold': 'hanna.hold@contoso.com',
  'a user with an archive': 'archie.archive@contoso.com',
  'a user of a federated domain': 'fedor.federated@fed.contoso.com',
  'a blocked user': 'dora.disabled@contoso.com',
  'a sole owner': 'otto.owner@contoso.com',
  'a user with hidden rules': 'rene.rules@contoso.com',
  'a user with every sign-in method': 'mia.methods@contoso.com',
  'a member of 300 groups': 'max.many@contoso.com',
};

// Why a task may be skipped, and on whom.
const SKIPS = {
  no_mailbox: (look) => !look.mailbox,
  no_onedrive: (look) => !look.site,
  needs_delegated_sign_in: (look) => look.user.onPremisesSyncEnabled,
  federated_domain: (look) => look.user.userPrincipalName.endsWith('@fed.contoso.com'),
  on_premises_source: (look) => look.user.onPremisesSyncEnabled,
};

// What cannot be done, whatever is tried: the task fails and says why.
const FAILS = {
  'fedor.federated@fed.contoso.com': { clear_immutable_id: /federated/ },
  'mia.methods@contoso.com': { remove_mfa_methods: /default/ },
};

let world;
let manager;
before(async () => {
  world = await World.make({ certificate: true, simulator: ['--seed', 'wide'], settings: { ...INDEXED, LASTDAY_ENGINE_WORKERS: '32' } });
  await indexed(world);
  await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
  manager = (await world.look('megan.bowen@contoso.com')).user.id;
  const whole = await world.whole();
  EXTRA_GROUP.id = Object.values(whole.groups).find(
    (group) => group.securityEnabled && !group.mailEnabled && !group.membershipRule && !group.onPremisesSyncEnabled &&
      !group.isAssignableToRole && !group.assignedLicenses?.length && !group._members.some((id) => Object.values(KINDS).includes(whole.users[id]?.userPrincipalName)),
  ).id;
});
after(() => world.close());

const undone = (id) =>
  until(`undo of ${id}`, async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.undo?.ended_at ? one : null;
  });

async function run(user, options) {
  const { id } = await world.offboard(user, options, { override: { codes: ['last_global_admin'], reason: 'test' } });
  return world.finished(id);
}

// A task that ended well kept its promise; one that was skipped had a reason, and changed nothing.
function judge(task, row, look, start) {
  const words = `${task} is ${row.status} ${row.reason ?? ''} ${row.error?.message ?? ''}`;
  const failure = FAILS[start.user.userPrincipalName]?.[task];
  if (failure) {
    assert.equal(row.status, 'failed');
    assert.match(row.error.message, failure);
    return;
  }
  if (row.status === 'skipped') {
    assert.ok(SKIPS[row.reason]?.(start), words);
    assert.deepEqual(TASKS[task].state(look), TASKS[task].state(start), words);
    return;
  }
  assert.ok(['succeeded', 'already_done'].includes(row.status), words);
  assert.ok(row.items.every((item) => ['succeeded', 'already_done', 'skipped'].includes(item.status)), words);
  TASKS[task].holds(look, start, manager, row);
}

async function takeBack(id, tasks, start, user) {
  const plan = await world.api('GET', `/offboardings/${id}/undo`);
  assert.ok(plan.possible);
  await world.api('POST', `/offboardings/${id}/undo`, {});
  const one = await undone(id);
  assert.equal(one.status, 'undone', JSON.stringify(one.undo.tasks.filter((row) => row.status === 'failed')));
  const look = await world.look(user);
  for (const row of one.undo.tasks) {
    assert.ok(['succeeded', 'already_done', 'skipped'].includes(row.status), `${row.id}: ${row.status} ${row.error?.message}`);
    if (!tasks.includes(row.id)) continue;
    if (TASKS[row.id].restored) TASKS[row.id].restored(look, start);
    else assert.deepEqual(TASKS[row.id].state(look), TASKS[row.id].state(start), `${row.id} is as it was`);
  }
}

async function alone(task, user) {
  const start = await world.look(user);
  const done = await run(user, { [task]: optionsOf(task) });
  assert.equal(done.tasks.length, 1);
  judge(task, done.tasks[0], await world.look(user), start);
  const changed = done.tasks[0].status === 'succeeded' && done.tasks[0].undoable;
  if (changed) await takeBack(done.id, [task], start, user);
}

for (const [kind, user] of Object.entries(KINDS))
  test(`each task alone: ${kind}`, { concurrency: true }, async () => {
    const start = await world.look(user);
    const wrong = [];
    for (const task of Object.keys(TASKS)) {
      // Waiting for Active Directory is a test of its own below.
      if (task === 'clear_immutable_id' && start.user.onPremisesSyncEnabled) continue;
      await alone(task, user).catch((error) => wrong.push(`${task}: ${error.message}`));
    }
    assert.deepEqual(wrong, []);
  });

for (const [kind, user] of Object.entries(KINDS))
  test(`all together, again, and back: ${kind}`, async () => {
    await world.sim('POST', '/reset');
    await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
    const start = await world.look(user);
    const options = everything();
    if (start.user.onPremisesSyncEnabled) delete options.clear_immutable_id;
    const done = await run(user, options);
    const look = await world.look(user);
    for (const row of done.tasks) judge(row.id, row, look, start);
    assert.match(done.status, FAILS[user] ? /^failed$/ : /^succeeded/);

    await world.sim('DELETE', '/requests');
    const again = await run(user, options);
    for (const row of again.tasks)
      if (!TASKS[row.id].again && !FAILS[user]?.[row.id])
        assert.ok(['already_done', 'skipped'].includes(row.status), `${row.id} is ${row.status} the second time`);
    const writes = (await world.requests()).flatMap(written);
    // What Active Directory alone may change is tried each time, and refused each time.
    const refused = again.tasks.some((row) => row.reason === 'on_premises_source');
    const expected = refused ? /revokeSignInSessions|passwordProfile|accountEnabled|^Set-Mailbox$/ : /revokeSignInSessions|passwordProfile|accountEnabled/;
    if (!FAILS[user]) assert.deepEqual(writes.filter((what) => !expected.test(what)), [], 'the second time only reads');

    await takeBack(done.id, done.tasks.filter((row) => row.undoable && row.status === 'succeeded').map((row) => row.id), start, user);
  });

// What a logged request writes: Graph items that are no GET, cmdlets that are no Get-, other verbs.
function written(request) {
  if (request.path.startsWith('/login')) return [];
  const body = typeof request.body === 'string' ? parse(request.body) : request.body;
  if (body?.requests)
    return body.requests
      .map((item) => item.body?.CmdletInput?.CmdletName ?? `${item.method} ${item.url} ${JSON.stringify(item.body ?? '')}`)
      .filter((what) => !/^(GET |Get-)/.test(what));
  if (request.method === 'GET') return [];
  if (request.path.endsWith('/ProcessQuery')) return /SetProperty/.test(request.body) ? ['SetProperty'] : [];
  const what = body?.CmdletInput?.CmdletName ?? `${request.method} ${request.path}`;
  return /^Get-/.test(what) ? [] : [what];
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

test('a synced account waits for its link to be broken, and everything else is done', async () => {
  await world.sim('POST', '/reset');
  const user = KINDS['a synced user'];
  const { id } = await world.offboard(user, { clear_immutable_id: true, disable_sign_in: true });
  const waiting = await until('waiting', async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.status === 'waiting' ? one : null;
  });
  const [disable, clear] = ['disable_sign_in', 'clear_immutable_id'].map((task) => waiting.tasks.find((row) => row.id === task));
  assert.equal(disable.status, 'succeeded');
  assert.equal(clear.reason, 'still_synced');
  assert.ok(new Date(clear.waiting_until) - Date.now() > 14 * 60_000, 'it looks again in a quarter of an hour');
  await world.api('POST', `/offboardings/${id}/cancel`);
  const cancelled = await world.finished(id);
  assert.equal(cancelled.status, 'cancelled');
});
