// The permission index: what a leaver may use elsewhere is found without asking every mailbox, and asked again before
// anything is touched.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addCompany, onlyCompany, personId, share, shareCalendar } from '../support/company.mjs';
import { cmdlets, exchangeRequests, INDEXED, indexed, permissionIndex } from '../support/exchange.mjs';
import { until, World } from '../support/world.mjs';

const BOTH = { remove_mailbox_permissions: true, remove_calendar_permissions: true };

const mailboxes = async (world) => (await world.whole()).mailboxes;
const holders = (all, owner) => all[personId(owner)]._permissions.filter((one) => one.rights.length).map((one) => one.user);
const named = (all, owner) => all[personId(owner)]._calendar_permissions.map((one) => one.user).filter((one) => /-/.test(one));
const task = (run, id) => run.tasks.find((one) => one.id === id);
const listings = async (world) => (await cmdlets(world)).filter((one) => one.name === 'Get-Mailbox' && one.params.ResultSize && !one.params.Filter).length;

async function change(world, make) {
  const state = await world.state();
  make(state.tenants[world.tenant.id]);
  await world.sim('PUT', '/state', state);
}

describe('with an index', () => {
  let world;
  before(async () => {
    world = await World.make({
      settings: INDEXED,
      prepare: onlyCompany(40, (tenant) => {
        for (const owner of [10, 11, 12]) share(tenant, owner, 1);
        share(tenant, 10, 2);
        shareCalendar(tenant, 13, 1, 'Kalender');
        shareCalendar(tenant, 14, 1);
        shareCalendar(tenant, 14, 2);
        share(tenant, 15, 5);
        share(tenant, 15, 6);
        shareCalendar(tenant, 15, 7);
        tenant.users[personId(9)].displayName = 'User 1'; // a namesake
      }),
    });
    await indexed(world);
  });
  after(() => world.close());

  test('what the leaver may use is shown, removed, given back by undo, and found again without another scan', async () => {
    const user = `user1@${world.tenant.default_domain}`;
    const plan = await world.api('POST', `/tenants/${world.tenant.id}/users/${user}/preflight`, { options: BOTH });
    assert.deepEqual(plan.warnings, []);
    assert.deepEqual(plan.plan.map((step) => [step.task, step.expected, step.items.length]), [
      ['remove_mailbox_permissions', 'will_run', 3],
      ['remove_calendar_permissions', 'will_run', 2],
    ]);

    const { id } = await world.offboard(user, BOTH);
    const done = await world.finished(id);
    assert.equal(done.status, 'succeeded', JSON.stringify(done.tasks));
    const removed = await mailboxes(world);
    assert.deepEqual([10, 11, 12].map((owner) => holders(removed, owner)), [[personId(2)], [], []]);
    assert.deepEqual([13, 14].map((owner) => named(removed, owner)), [[], [personId(2)]]);
    for (const one of done.tasks) {
      assert.ok(one.before.index.as_of <= one.before.index.completed_at && one.before.index.completed_at <= one.started_at);
      assert.equal(one.before.index.mailboxes, 40);
    }
    assert.equal(task(done, 'remove_mailbox_permissions').before.full_access.length, 3);

    await world.api('POST', `/offboardings/${id}/undo`, undefined, { 'idempotency-key': `undo-${id}` });
    await until('undone', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'undone');
    const back = await mailboxes(world);
    for (const owner of [10, 11, 12]) assert.ok(holders(back, owner).includes(personId(1)), `back on ${owner}`);
    for (const owner of [13, 14]) assert.ok(named(back, owner).includes(personId(1)), `back in the calendar of ${owner}`);

    const again = await world.finished((await world.offboard(user, BOTH)).id);
    assert.equal(again.status, 'succeeded');
    const gone = await mailboxes(world);
    assert.deepEqual([10, 11, 12].map((owner) => holders(gone, owner)), [[personId(2)], [], []]);
    assert.equal(await listings(world), 1, 'one scan for all of it');
  });

  test('access that an offboarding has given is known at once', async () => {
    const given = await world.finished((await world.offboard(personId(3), { grant_mailbox_access: { users: [personId(4)] } })).id);
    assert.equal(given.status, 'succeeded');
    assert.deepEqual(holders(await mailboxes(world), 3), [personId(4)]);
    const taken = await world.finished((await world.offboard(personId(4), BOTH)).id);
    assert.equal(task(taken, 'remove_mailbox_permissions').status, 'succeeded');
    assert.deepEqual(holders(await mailboxes(world), 3), []);
    assert.equal(await listings(world), 1);
  });

  test('what was revoked meanwhile is asked about and not removed from anybody', async () => {
    await change(world, (tenant) => {
      const mailbox = tenant.mailboxes[personId(15)];
      mailbox._permissions = mailbox._permissions.filter((one) => one.user !== personId(5));
    });
    await world.sim('DELETE', '/requests');
    const done = await world.finished((await world.offboard(personId(5), BOTH)).id);
    assert.deepEqual(done.tasks.map((one) => one.status), ['already_done', 'already_done']);
    const log = await cmdlets(world);
    assert.ok(log.some((one) => one.name === 'Get-MailboxPermission' && one.params.Identity === personId(15) && one.params.User === personId(5)));
    assert.deepEqual(log.filter((one) => !one.name.startsWith('Get-')), []);
    const all = await mailboxes(world);
    assert.deepEqual(holders(all, 15), [personId(6)]);
    assert.deepEqual(named(all, 15), [personId(7)]);
  });

  test('a namesake is asked about by id and loses nothing for the other', async () => {
    // In a calendar's permissions, both are "User 1".
    await change(world, (tenant) => shareCalendar(tenant, 14, 1));
    await world.sim('DELETE', '/requests');
    const done = await world.finished((await world.offboard(personId(9), BOTH)).id);
    assert.deepEqual(done.tasks.map((one) => one.status), ['already_done', 'already_done']);
    assert.ok((await cmdlets(world)).some((one) => one.name === 'Get-MailboxFolderPermission' && one.params.User === personId(9)));
    assert.ok(named(await mailboxes(world), 14).includes(personId(1)));
  });

  test('its age is shown by the API, the doctor and, without a tenant, by the metrics', async () => {
    const index = await permissionIndex(world);
    assert.equal(index.status, 'complete');
    assert.equal(index.kept, true);
    assert.ok(index.as_of <= index.completed_at);
    assert.deepEqual([index.mailboxes, index.unreadable, index.pass, index.error], [40, 0, null, null]);
    const { stdout } = await world.run(['doctor']);
    assert.match(stdout, new RegExp(`ok +.*: permission index: complete as of ${index.as_of}, 40 mailboxes`));
    const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization: `Bearer ${world.token}` } })).text();
    assert.match(metrics, /^lastday_index_mailboxes_total 40$/m);
    assert.match(metrics, /^lastday_index_passes_total 1$/m);
    assert.ok(!metrics.includes(world.tenant.id) && !metrics.includes(world.tenant.default_domain));
  });
});

// Each with a tenant of its own, which is scanned from when it is known.
describe('while the index is being made', () => {
  let world;
  before(async () => {
    world = await World.make({ settings: INDEXED, prepare: onlyCompany(1) });
  });
  after(() => world.close());
  const make = async (faults = [], more) => {
    await world.sim('DELETE', '/requests');
    await world.sim('DELETE', '/faults');
    await world.sim('POST', '/faults', faults);
    await addCompany(world, 40, (tenant) => {
      share(tenant, 30, 1);
      more?.(tenant);
    });
  };

  test('kill -9 in the middle: the scan goes on at the mailbox where it was', async () => {
    await world.sim('PUT', '/latency', { exchange: 100 });
    await make();
    await until('a part of the mailboxes', async () => (await permissionIndex(world)).pass?.looked >= 10);
    await world.stop('SIGKILL');
    await world.start();
    await indexed(world);
    await world.sim('PUT', '/latency', {});
    const asked = {};
    for (const one of await cmdlets(world))
      if (one.name === 'Get-MailboxPermission') asked[one.params.Identity] = (asked[one.params.Identity] ?? 0) + 1;
    assert.equal(Object.keys(asked).length, 40, 'every mailbox');
    const again = Object.values(asked).filter((count) => count > 1);
    assert.ok(again.length <= 10 && again.every((count) => count === 2), `asked again: ${JSON.stringify(asked)}`);
    assert.equal(await listings(world), 1, 'listed once');
  });

  test('Retry-After is obeyed, for a whole batch and for one of its items', async () => {
    await make([
      { service: 'exchange', path: '*$batch', nth: 2, status: 429, retry_after: 2 },
      { service: 'exchange', cmdlet: 'Get-MailboxFolderStatistics', nth: 15, status: 429, retry_after: 2 },
    ]);
    const { unreadable } = await indexed(world);
    const log = await exchangeRequests(world);
    let throttled = 0;
    for (const [i, one] of log.entries()) {
      if (one.status !== 429 && !one.items?.some((item) => item.status === 429)) continue;
      throttled++;
      assert.ok(log[i + 1].time - one.time >= 2000, `nothing for 2 s, and not after ${log[i + 1].time - one.time} ms`);
    }
    assert.equal(throttled, 2);
    assert.equal(unreadable, 0);
  });

  test('an offboarding waits for it and does everything else meanwhile', async () => {
    await make([{ service: 'graph', path: '*/v1.0/users', status: 429, retry_after: 1 }]);
    const user = personId(1);
    const plan = await world.api('POST', `/tenants/${world.tenant.id}/users/${user}/preflight`, { options: BOTH });
    assert.deepEqual(plan.warnings.map((one) => [one.code, one.severity]), [['permission_index_incomplete', 'info']]);
    assert.match(plan.warnings[0].message, /as of \d{4}-.*Z, 0 of \d+ mailboxes/);
    assert.deepEqual(plan.plan.map((step) => [step.expected, step.reason]), [
      ['waiting', 'permission_index'],
      ['waiting', 'permission_index'],
    ]);
    const { id } = await world.offboard(user, { ...BOTH, hide_from_gal: true });
    const waiting = await until('everything else', async () => {
      const run = await world.api('GET', `/offboardings/${id}`);
      return task(run, 'hide_from_gal').status === 'succeeded' && task(run, 'remove_mailbox_permissions').status === 'waiting' && run;
    });
    assert.equal(task(waiting, 'remove_mailbox_permissions').reason, 'permission_index');
    assert.equal(task(waiting, 'remove_calendar_permissions').reason, 'permission_index');
    assert.equal(waiting.ended_at, null);
    await world.sim('DELETE', '/faults');
    const done = await world.finished(id);
    assert.equal(task(done, 'remove_mailbox_permissions').status, 'succeeded');
    assert.equal(task(done, 'remove_mailbox_permissions').before.full_access.length, 1);
    assert.deepEqual(holders(await mailboxes(world), 30), []);
  });

  test('what it shows while the task is at work is dealt with too', async () => {
    await world.sim('PUT', '/latency', { exchange: 100 });
    await make([], (tenant) => {
      share(tenant, 1, 2);
      share(tenant, 40, 2);
    });
    await until('the first mailboxes', async () => (await permissionIndex(world)).pass?.looked >= 10);
    const done = await world.finished((await world.offboard(personId(2), { remove_mailbox_permissions: true })).id);
    await world.sim('PUT', '/latency', {});
    assert.equal(done.status, 'succeeded', JSON.stringify(done.tasks));
    assert.equal(done.tasks[0].before.full_access.length, 2);
    const all = await mailboxes(world);
    assert.deepEqual([holders(all, 1), holders(all, 40)], [[], []]);
  });

  test('a scan that is refused fails the task with the reason instead of letting it wait', async () => {
    await make([{ service: 'exchange', cmdlet: 'Get-MailboxFolderStatistics', status: 403, body: '<html>Forbidden</html>', content_type: 'text/html' }]);
    const done = await world.finished((await world.offboard(personId(1), { remove_mailbox_permissions: true })).id);
    const { status, error } = task(done, 'remove_mailbox_permissions');
    assert.equal(status, 'failed');
    assert.equal(error.code, 'permission_index');
    assert.match(error.message, /cannot be looked at.*role does not contain it/);
    assert.match((await permissionIndex(world)).error.message, /role does not contain it/);
  });
});

test('without an index what can be known is done, and the rest is said', async () => {
  const world = await World.make({
    prepare: onlyCompany(5, (tenant) => {
      share(tenant, 2, 1);
      tenant.mailboxes[personId(2)]._recipient_permissions.push({ trustee: personId(1), rights: ['SendAs'] });
    }),
  });
  try {
    const plan = await world.api('POST', `/tenants/${world.tenant.id}/users/${personId(1)}/preflight`, { options: BOTH });
    assert.deepEqual(plan.warnings.map((one) => [one.code, one.severity]), [['permission_index_incomplete', 'warn']]);
    const done = await world.finished((await world.offboard(personId(1), { remove_mailbox_permissions: true })).id);
    const { status, error } = task(done, 'remove_mailbox_permissions');
    assert.equal(status, 'failed');
    assert.match(error.message, /index\.enabled is off/);
    assert.deepEqual((await mailboxes(world))[personId(2)]._recipient_permissions, []);
    assert.deepEqual(await cmdlets(world).then((log) => log.filter((one) => one.name === 'Get-MailboxFolderStatistics')), []);
  } finally {
    await world.close();
  }
});
