// Taking an offboarding back: what comes back, what is said when something cannot, and that it is as careful as the way there.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { patchUser } from '../support/directory.mjs';
import { cmdlets, indexed, INDEXED } from '../support/exchange.mjs';
import { everything, EXTRA_GROUP, TASKS } from '../support/tasks.mjs';
import { until, World } from '../support/world.mjs';

const LEAVER = 'adele.vance@contoso.com';
const QUICK = { conversion_ms: 0, settle_ms: 0, operation_ms: 0 };

let world;
before(async () => {
  world = await World.make({ certificate: true, tenants: 1, settings: INDEXED });
  await indexed(world);
  const { user } = await world.look(LEAVER);
  const whole = await world.whole();
  EXTRA_GROUP.id = Object.values(whole.groups).find((one) => plain(one) && !one.assignedLicenses?.length && !one._members.includes(user.id)).id;
});
beforeEach(async () => {
  for (const { id, status } of (await world.api('GET', '/offboardings')).items) // what a test that failed has left
    if (['waiting', 'running', 'undoing'].includes(status)) await world.api('POST', `/offboardings/${id}/cancel`);
  await world.sim('POST', '/reset');
  await world.sim('PUT', '/timing', QUICK);
});
after(() => world.close());

const plain = (group) => group.securityEnabled && !group.mailEnabled && !group.membershipRule && !group.onPremisesSyncEnabled && !group.isAssignableToRole;
const finish = async (user, options) => world.finished((await world.offboard(user, options)).id);
const ask = (id, body = {}) => world.api('POST', `/offboardings/${id}/undo`, body);
const undone = (id) =>
  until(`undo of ${id}`, async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.undo?.ended_at && one;
  }).catch(async (error) => {
    const { undo } = await world.api('GET', `/offboardings/${id}`);
    throw new Error(`${error.message}: ${undo.tasks.filter((one) => !one.ended_at).map((one) => `${one.id} ${one.status} ${one.reason} ${JSON.stringify(one.items.filter((item) => item.status === 'pending'))} ${JSON.stringify(one.error)}`)}`);
  });
async function undo(id, body) {
  await ask(id, body);
  return undone(id);
}
const row = (one, task) => one.undo.tasks.find((each) => each.id === task);
const statuses = (one) => Object.fromEntries(one.undo.tasks.map((task) => [task.id, task.status]));

// What the simulator was asked to change, cmdlets and Graph requests alike.
async function changes() {
  const graph = (await world.requests('graph')).flatMap((one) => one.items ?? [one]).filter((one) => one.method !== 'GET' && !one.path?.endsWith('/$batch'));
  return [...graph.map((one) => `${one.method} ${one.path ?? one.url}`), ...(await cmdlets(world)).map(({ name }) => name).filter((name) => !name.startsWith('Get-'))];
}

test('everything that can come back does, and a second undo only reads', async () => {
  const role = (await world.look('ada.admin@contoso.com')).user._roles[0];
  await patchUser(world, LEAVER, { user: { _roles: [role] } });
  const group = Object.values((await world.whole()).groups).find((one) => plain(one) && one._owners?.length);
  const start = await world.look(LEAVER);
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}`, { groups: { [group.id]: { _owners: [...group._owners, start.user.id] } } });
  await patchUser(world, LEAVER, { mailbox: { ForwardingSmtpAddress: 'smtp:kai.kalender@contoso.com', DeliverToMailboxAndForward: true, _auto_reply: { AutoReplyState: 'Enabled', InternalMessage: '<html>\n<body>\nBack soon\n</body>\n</html>\n', ExternalMessage: '', ExternalAudience: 'None' } } });
  const before = await world.look(LEAVER);
  const { id, status } = await finish(LEAVER, everything());
  assert.match(status, /^succeeded/);
  const plan = await world.api('GET', `/offboardings/${id}/undo`);
  const one = await undo(id);
  assert.equal(one.status, 'undone', JSON.stringify(statuses(one)));
  assert.equal(one.undo.status, 'succeeded');
  assert.deepEqual(plan.plan.map((step) => step.task).sort(), one.undo.tasks.map((task) => task.id).sort(), 'what was shown is what was done');

  const look = await world.look(LEAVER);
  const back = {
    'the account is enabled': 'disable_sign_in',
    'licenses, direct ones and by group': 'remove_licenses',
    'memberships and ownerships': 'remove_from_groups',
    roles: 'remove_directory_roles',
    forwarding: 'forward_email',
    'automatic replies': 'set_out_of_office',
    'who may open the mailbox': 'grant_mailbox_access',
    'who may send as the user': 'grant_send_as',
    'who may send on behalf': 'grant_send_on_behalf',
    'who administers the OneDrive': 'grant_onedrive_access',
    'address lists': 'hide_from_gal',
    'the kind of mailbox': 'convert_to_shared',
    'access to other mailboxes': 'remove_mailbox_permissions',
    'access to other calendars': 'remove_calendar_permissions',
    'applications and consents': 'remove_app_access',
    'telephone numbers': 'remove_teams_phone',
    'sharing of the OneDrive': 'disable_onedrive_sharing',
    'the group that was added': 'add_to_group',
  };
  for (const [what, task] of Object.entries(back)) assert.deepEqual(TASKS[task].state(look), TASKS[task].state(before), what);
  TASKS.remove_rules.restored(look, before);
  assert.ok(look.groups.some((each) => each.id === group.id && each._is_owner), 'owner again');
  assert.equal(row(one, 'reset_password'), undefined, 'a password does not come back');

  const report = await world.api('GET', `/offboardings/${id}/report?format=json`);
  const calls = report.report.calls.filter((call) => call.direction === 'undo');
  assert.ok(calls.length > 10 && calls.every((call) => call.outcome === 'done' && call.request_id), 'each call of it is in the journal');

  await world.sim('DELETE', '/requests');
  const again = await undo(id);
  assert.equal(again.status, 'undone');
  assert.ok(Object.values(statuses(again)).every((each) => ['already_done', 'skipped'].includes(each)), JSON.stringify(statuses(again)));
  assert.deepEqual(await changes(), []);
});

test('a license of which none is left is named, and the others are back', async () => {
  const sku = (await world.whole()).skus.find((one) => one.skuPartNumber === 'PROJECTPROFESSIONAL');
  const { user } = await world.look('nils.nodrive@contoso.com');
  await patchUser(world, user.id, {
    user: {
      assignedLicenses: [...user.assignedLicenses, { skuId: sku.skuId, disabledPlans: [] }],
      licenseAssignmentStates: [...user.licenseAssignmentStates, { ...user.licenseAssignmentStates[0], skuId: sku.skuId, assignedByGroup: null }],
    },
  });
  const { id } = await finish(user.id, { remove_licenses: true });
  assert.deepEqual((await world.look(user.id)).user.assignedLicenses, []);
  const skus = (await world.whole()).skus.map((each) => (each.skuId === sku.skuId ? { ...each, consumedUnits: each.prepaidUnits.enabled } : each));
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}`, { skus }); // somebody else has got the unit meanwhile
  const one = await undo(id);
  assert.equal(one.status, 'failed');
  assert.equal(one.undo.status, 'failed');
  const task = row(one, 'remove_licenses');
  const failed = task.items.filter((item) => item.status === 'failed');
  assert.equal(failed.length, 1, JSON.stringify(task));
  assert.match(`${failed[0].name} ${failed[0].message}`, /Project/i);
  assert.match(failed[0].message, /left|used up|available|unit/i);
  const back = (await world.look(user.id)).user.assignedLicenses.map((each) => each.skuId);
  assert.deepEqual(back.sort(), user.assignedLicenses.map((each) => each.skuId).sort());
});

test('a deleted user is restored, and then the rest is', async () => {
  const before = await world.look(LEAVER);
  const { id, status } = await finish(LEAVER, { disable_sign_in: true, remove_from_groups: true, remove_licenses: true, delete_user: true });
  assert.match(status, /^succeeded/);
  assert.equal((await world.look(before.user.id)).deleted, true);
  const one = await undo(id);
  assert.equal(one.status, 'undone', JSON.stringify(one.undo.tasks.map((task) => [task.id, task.status, task.error])));
  const look = await world.look(before.user.id);
  for (const task of ['delete_user', 'disable_sign_in', 'remove_from_groups', 'remove_licenses']) assert.deepEqual(TASKS[task].state(look), TASKS[task].state(before), task);
  assert.ok(row(one, 'delete_user').ended_at <= row(one, 'disable_sign_in').started_at, 'the user is there first');
});

test('one that failed half-way is taken back as far as it got', async () => {
  const before = await world.look(LEAVER);
  await world.sim('POST', '/faults', [{ service: 'graph', method: 'DELETE', path: '*/members/*', nth: 3, status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } } }]);
  const done = await finish(LEAVER, { disable_sign_in: true, hide_from_gal: true, remove_from_groups: true });
  await world.sim('DELETE', '/faults');
  assert.equal(done.status, 'failed');
  const one = await undo(done.id);
  assert.equal(one.status, 'undone', JSON.stringify(statuses(one)));
  const look = await world.look(LEAVER);
  for (const task of ['disable_sign_in', 'hide_from_gal', 'remove_from_groups']) assert.deepEqual(TASKS[task].state(look), TASKS[task].state(before), task);
});

test('one that was cancelled half-way too; before its end it is refused', async () => {
  const before = await world.look(LEAVER);
  await world.sim('PUT', '/timing', { ...QUICK, conversion_ms: 3_600_000 });
  const { id } = await world.offboard(LEAVER, { disable_sign_in: true, hide_from_gal: true, convert_to_shared: true, remove_licenses: true });
  await until('waiting', async () => {
    const { tasks } = await world.api('GET', `/offboardings/${id}`);
    return tasks.find((one) => one.id === 'convert_to_shared').status === 'waiting' && tasks.find((one) => one.id === 'hide_from_gal').ended_at;
  });
  const early = await world.raw('POST', `/offboardings/${id}/undo`, {});
  assert.equal(early.status, 409);
  assert.match((await early.json()).detail, /waiting|running/);
  await world.api('POST', `/offboardings/${id}/cancel`);
  await world.finished(id);
  await world.sim('PUT', '/timing', QUICK);
  const one = await undo(id);
  assert.equal(one.undo.status, 'succeeded', JSON.stringify(one.undo.tasks.map((task) => [task.id, task.status, task.error])));
  const look = await world.look(LEAVER);
  for (const task of ['disable_sign_in', 'hide_from_gal', 'remove_licenses']) assert.deepEqual(TASKS[task].state(look), TASKS[task].state(before), task);
});

test('a part is undone, and the rest later', async () => {
  const before = await world.look(LEAVER);
  const { id } = await finish(LEAVER, { disable_sign_in: true, hide_from_gal: true });
  const part = await undo(id, { tasks: ['hide_from_gal'] });
  assert.equal(part.status, 'succeeded', 'it still stands for what it did');
  const look = await world.look(LEAVER);
  assert.deepEqual([look.user.accountEnabled, look.mailbox.HiddenFromAddressListsEnabled], [false, before.mailbox.HiddenFromAddressListsEnabled]);
  assert.equal((await undo(id)).status, 'undone');
  assert.equal((await world.look(LEAVER)).user.accountEnabled, true);
});

test('nothing is undone on the word of an answer: it is read back', async () => {
  const { id } = await finish(LEAVER, { disable_sign_in: true });
  await world.sim('POST', '/faults', [{ service: 'graph', method: 'PATCH', path: '*/users/*', status: 204, body: null }]);
  await ask(id);
  const waiting = await until('verifying', async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.undo.tasks[0].status === 'waiting' && one;
  });
  assert.equal(waiting.undo.status, 'running');
  await world.sim('DELETE', '/faults');
  await patchUser(world, LEAVER, { user: { accountEnabled: true } }); // the directory has caught up
  assert.equal((await undone(id)).status, 'undone');
});

// At other moments of the license's return each time: the mailbox was gone with it.
for (const ms of [80, 170, 260, 400]) test(`a server killed ${ms} ms into an undo goes on with it`, async () => {
  const before = await world.look(LEAVER);
  const options = { disable_sign_in: true, hide_from_gal: true, remove_from_groups: true, remove_licenses: true };
  const { id } = await finish(LEAVER, options);
  await world.sim('PUT', '/latency', { graph: 150, exchange: 150 });
  await ask(id);
  await sleep(ms);
  await world.stop('SIGKILL');
  await world.sim('PUT', '/latency', { graph: 0, exchange: 0 });
  await world.start();
  assert.equal((await undone(id)).status, 'undone');
  const look = await world.look(LEAVER);
  for (const task of Object.keys(options)) assert.deepEqual(TASKS[task].state(look), TASKS[task].state(before), task);
});
