// A tenant of 6,000 mailboxes: what a leaver costs who may use 25 of them, and what the index costs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onlyCompany, personId, share, shareCalendar } from '../support/company.mjs';
import { cmdlets, exchangeRequests, indexed } from '../support/exchange.mjs';
import { until, World } from '../support/world.mjs';

const MAILBOXES = 6000;
const SHARED = 25;
const SECONDS_A_CMDLET = 0.85; // measured for Get-MailboxPermission, see docs/permission-index.md
const OPTIONS = { remove_mailbox_permissions: true, remove_calendar_permissions: true };

let world;
before(async () => {
  world = await World.make({
    settings: { LASTDAY_INDEX_ENABLED: 'yes' },
    prepare: onlyCompany(MAILBOXES, (tenant) => {
      for (let n = 1; n <= SHARED; n++) share(tenant, n * 200, 1);
      shareCalendar(tenant, 300, 1, 'Kalender');
      shareCalendar(tenant, 301, 1);
    }),
  });
});
after(() => world.close());

function counted(log) {
  const counts = {};
  for (const { name } of log) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

test('the scan: three cmdlets for each mailbox, ten in a request; who waits for it is shown as waiting', async () => {
  const { id } = await world.offboard(personId(2), OPTIONS); // it makes the scan urgent
  await until('waiting', async () => (await world.api('GET', `/offboardings/${id}`)).status === 'waiting');
  const { tasks } = await world.api('GET', `/offboardings/${id}`);
  assert.deepEqual(tasks.map((one) => [one.status, one.reason]), [
    ['waiting', 'permission_index'],
    ['waiting', 'permission_index'],
  ]);
  await world.api('POST', `/offboardings/${id}/cancel`, undefined, { 'idempotency-key': 'cancel' });

  const { mailboxes, unreadable } = await indexed(world, 240_000);
  assert.deepEqual([mailboxes, unreadable], [MAILBOXES, 0]);
  const log = (await cmdlets(world)).filter((one) => !one.params.User); // what asks about one user is the offboarding's
  const { 'Get-MailboxPermission': access, 'Get-MailboxFolderStatistics': folders, 'Get-MailboxFolderPermission': calendars } = counted(log);
  assert.deepEqual([access, folders, calendars], [MAILBOXES, MAILBOXES, MAILBOXES]);
  const requests = (await exchangeRequests(world)).length;
  assert.ok(requests < (3 * MAILBOXES) / 10 + 30, `${requests} requests`);
  const names = (await world.requests('graph')).filter((one) => /\/users\?/.test(one.path)).length;
  assert.equal(names, Math.ceil(MAILBOXES / 999));
  const minutes = (count) => Math.round((count * SECONDS_A_CMDLET) / 60);
  console.log(
    `# a scan of ${MAILBOXES} mailboxes: ${access + folders + calendars} cmdlets in ${requests} requests to Exchange, ${names} to Graph; ` +
      `at ${SECONDS_A_CMDLET} s a cmdlet, one after the other, ${minutes(access)} minutes for Full Access and ${minutes(access + folders + calendars)} for all`,
  );
});

test('the leaver: work in proportion to 25 mailboxes', async () => {
  await world.sim('DELETE', '/requests');
  const { id } = await world.offboard(personId(1), OPTIONS);
  const done = await world.finished(id);
  assert.equal(done.status, 'succeeded', JSON.stringify(done.tasks.map((one) => one.error)));
  assert.equal(done.tasks.find((one) => one.id === 'remove_mailbox_permissions').items.length, SHARED);
  const tenant = await world.whole();
  for (const mailbox of Object.values(tenant.mailboxes)) {
    assert.ok(!mailbox._permissions.some((one) => one.user === personId(1)));
    assert.ok(!mailbox._calendar_permissions.some((one) => one.user === personId(1)));
  }
  const counts = counted(await cmdlets(world));
  const requests = (await exchangeRequests(world)).length;
  console.log(`# a leaver on ${SHARED} of ${MAILBOXES} mailboxes and 2 calendars: ${JSON.stringify(counts)} in ${requests} requests to Exchange`);
  assert.equal(counts['Get-MailboxPermission'], 2 * SHARED, 'checked for the plan, which starts at once, and after');
  assert.equal(counts['Remove-MailboxPermission'], SHARED);
  assert.equal(counts['Get-MailboxFolderPermission'], 2 * 2);
  assert.equal(counts['Remove-MailboxFolderPermission'], 2);
  assert.ok(requests <= 20, `${requests} requests`);
});
