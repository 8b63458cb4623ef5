// Bad input and bad luck: the directory changes between plan and run, people who are named are not what they should be,
// texts that mean harm. The simulator's state tells who was touched.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { deleteUser, patchUser, successor } from '../support/directory.mjs';
import { indexed, INDEXED } from '../support/exchange.mjs';
import { everything, EXTRA_GROUP } from '../support/tasks.mjs';
import { until, World } from '../support/world.mjs';

const LEAVER = 'adele.vance@contoso.com';
const GUEST = 'gus.guest_partner-example.com#EXT#@contoso.onmicrosoft.com';
const DISABLED = 'dora.disabled@contoso.com';
const COLLEAGUE = 'cora.cloud@contoso.com';

let world;
before(async () => {
  world = await World.make({ certificate: true, tenants: 1, settings: INDEXED });
  await indexed(world);
  EXTRA_GROUP.id = Object.values((await world.whole()).groups).find((one) => one.displayName === 'Book Club').id;
});
beforeEach(async () => {
  await world.sim('POST', '/reset');
  await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
});
after(() => world.close());

// Asked for today, to run one day; run() is that day.
const planned = (user, options, more) => world.offboard(user, options, { schedule: { at: '2035-05-01T09:00', time_zone: 'UTC' }, ...more });
async function run(id) {
  await world.api('POST', `/offboardings/${id}/run-now`);
  return world.finished(id);
}
const row = (done, task) => done.tasks.find((one) => one.id === task);
const codes = (list) => list.map((one) => one.code);

async function refusal(body) {
  const answer = await world.raw('POST', '/offboardings', { tenant: world.tenant.id, users: [LEAVER], acknowledged_warnings: ['*'], ...body });
  return { status: answer.status, ...(await answer.json()) };
}

test('a user renamed since is found by the object id', async () => {
  const { user } = await world.look(LEAVER);
  const { id } = await planned(LEAVER, { disable_sign_in: true, hide_from_gal: true });
  await patchUser(world, user.id, { user: { userPrincipalName: 'adele.married@contoso.com', displayName: 'Adele Married' } });
  const stranger = await successor(world, await world.look('cora.cloud@contoso.com'), { userPrincipalName: LEAVER });
  const before = await world.look(stranger);
  const done = await run(id);
  assert.equal(done.status, 'succeeded');
  assert.ok(codes(done.warnings).includes('user_renamed'));
  assert.equal(done.user.user_principal_name, 'adele.married@contoso.com');
  const look = await world.look(user.id);
  assert.deepEqual([look.user.accountEnabled, look.mailbox.HiddenFromAddressListsEnabled], [false, true]);
  assert.deepEqual(await world.look(stranger), before, 'who has the name now is not touched');
});

test('a renamed user is not deleted before a person has looked', async () => {
  const { user } = await world.look(LEAVER);
  const { id } = await planned(LEAVER, { delete_user: true });
  await patchUser(world, user.id, { user: { userPrincipalName: 'adele.married@contoso.com' } });
  await world.api('POST', `/offboardings/${id}/run-now`);
  const held = await until('held', async () => {
    const one = await world.api('GET', `/offboardings/${id}`);
    return one.status === 'needs_attention' && one;
  });
  assert.ok(codes(held.warnings).includes('identity_changed'));
  assert.equal((await world.look(user.id)).deleted, false);
  await world.api('POST', `/offboardings/${id}/cancel`);
});

test('a user disabled since is done already', async () => {
  const { id } = await planned(LEAVER, { disable_sign_in: true, hide_from_gal: true });
  await patchUser(world, LEAVER, { user: { accountEnabled: false } });
  const done = await run(id);
  assert.deepEqual(done.tasks.map((one) => one.status), ['already_done', 'succeeded']);
  assert.equal(done.status, 'succeeded');
});

test('a user deleted since: nothing is left to do, and another one with the same name is never touched', async () => {
  const start = await world.look(LEAVER);
  const { id } = await planned(LEAVER, everything());
  await deleteUser(world, start.user.id);
  const newcomer = await successor(world, start);
  const before = await world.look(newcomer);
  assert.equal(before.user.userPrincipalName, LEAVER);
  assert.ok(before.mailbox && before.groups.length, 'the newcomer has all that the leaver had');
  const done = await run(id);
  assert.deepEqual(await world.look(newcomer), before);
  assert.equal(done.status, 'succeeded_with_warnings');
  assert.ok(codes(done.warnings).includes('user_deleted'));
  assert.deepEqual([row(done, 'disable_sign_in').status, row(done, 'disable_sign_in').reason], ['skipped', 'user_deleted']);
  const undo = await world.raw('POST', `/offboardings/${id}/undo`, {});
  if (undo.status === 202) await until('undo', async () => (await world.api('GET', `/offboardings/${id}`)).undo.ended_at);
  assert.deepEqual(await world.look(newcomer), before, 'nor by an undo');
});

test('a user purged since: tasks say that there is nobody', async () => {
  const { user } = await world.look(LEAVER);
  const { id } = await planned(LEAVER, { disable_sign_in: true, delete_user: true });
  await deleteUser(world, user.id);
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}`, { deleted_users: { [user.id]: null } });
  const done = await run(id);
  assert.equal(done.status, 'failed');
  for (const task of done.tasks) assert.match(task.error.code, /^(user_gone|Request_ResourceNotFound)$/);
});

const RECIPIENTS = [
  // who, task, what a request without an override gets, and which code it names
  ['nobody', 'nobody@contoso.com', ['forward_email', 'grant_mailbox_access', 'grant_send_as', 'grant_onedrive_access'], 422, 'unknown_user'],
  ['a guest without a mailbox', GUEST, ['forward_email'], 409, 'recipient_external'],
  ['a disabled user', DISABLED, ['forward_email'], 409, 'recipient_disabled'],
  ['a user without a mailbox', 'nora.nomail@contoso.com', ['forward_email'], 409, 'recipient_no_mailbox'],
  ['the leaver', LEAVER, ['forward_email'], 422, 'forward_to_self'],
  ['the leaver', LEAVER, ['grant_mailbox_access', 'grant_mailbox_access_automap', 'grant_send_as', 'grant_send_on_behalf', 'grant_onedrive_access'], 422, 'own_mailbox'],
];
const given = (task, to) => ({ [task]: task === 'forward_email' ? { to } : { users: [to] } });

for (const [who, user, tasks, status, code] of RECIPIENTS)
  for (const task of tasks)
    test(`${task} to ${who} is refused: ${code}`, async () => {
      const problem = await refusal({ options: given(task, user) });
      assert.equal(problem.status, status, JSON.stringify(problem));
      const error = problem.errors.find((one) => one.code === code);
      assert.ok(error?.message.length > 20, JSON.stringify(problem.errors));
      if (status === 422) assert.match(error.pointer, new RegExp(`^/options/${task}/`));
    });

for (const [who, user, code] of [
  ['a guest', GUEST, 'recipient_external'],
  ['a guest', GUEST, 'recipient_no_mailbox'],
  ['a disabled user', DISABLED, 'recipient_disabled'],
])
  test(`access for ${who} is warned of, and has to be acknowledged: ${code}`, async () => {
    const problem = await refusal({ options: given('grant_mailbox_access', user), acknowledged_warnings: [] });
    assert.deepEqual([problem.status, problem.code], [409, 'warnings_not_acknowledged']);
    assert.ok(codes(problem.errors).includes(code), JSON.stringify(problem.errors));
  });

test('who is being offboarded too gets neither mail nor access, in this request or by another one', async () => {
  for (const task of ['forward_email', 'grant_mailbox_access']) {
    const together = await refusal({ users: [LEAVER, 'nils.nodrive@contoso.com'], options: given(task, COLLEAGUE) });
    assert.notEqual(together.status, 409, JSON.stringify(together.errors));
    for (const { id } of together.offboardings) await world.finished(id);
    const both = await refusal({ users: [LEAVER, COLLEAGUE], options: given(task, COLLEAGUE) });
    assert.ok(both.errors.some((one) => ['recipient_being_offboarded', 'own_mailbox', 'forward_to_self'].includes(one.code)), JSON.stringify(both));
  }
  const { id } = await planned(COLLEAGUE, { disable_sign_in: true });
  for (const task of ['forward_email', 'grant_send_as']) {
    const problem = await refusal({ options: given(task, COLLEAGUE) });
    assert.equal(problem.status, 409);
    assert.ok(codes(problem.errors).includes('recipient_being_offboarded'), JSON.stringify(problem.errors));
  }
  await world.api('POST', `/offboardings/${id}/cancel`);
});

test('a delegate deleted since gets nothing, nor does who has the name now; the rest is done', async () => {
  const delegate = await world.look(COLLEAGUE);
  const { id } = await planned(LEAVER, {
    disable_sign_in: true,
    grant_mailbox_access: { users: [COLLEAGUE, 'manager'] },
    grant_send_on_behalf: { users: [COLLEAGUE] },
    forward_email: { to: COLLEAGUE },
  });
  await deleteUser(world, delegate.user.id);
  const newcomer = await successor(world, delegate);
  const done = await run(id);
  const { user, mailbox, manager } = await world.look(LEAVER);
  assert.equal(user.accountEnabled, false);
  assert.ok(!JSON.stringify(mailbox).includes(newcomer), 'the newcomer may not open it');
  assert.equal(mailbox.ForwardingSmtpAddress ?? '', '', 'mail does not go to the name');
  assert.ok(mailbox._permissions.some((one) => one.user === manager.id), 'the manager may');
  assert.equal(done.status, 'failed');
  for (const task of ['grant_mailbox_access', 'grant_send_on_behalf', 'forward_email']) {
    assert.equal(row(done, task).status, 'failed');
    assert.ok(row(done, task).error.message.length > 20, JSON.stringify(row(done, task).error));
  }
});

test('a mailbox of 60 GB is warned of; it becomes shared and keeps its Exchange license', async () => {
  const big = 'bruno.big@contoso.com';
  const options = { convert_to_shared: true, remove_licenses: true };
  const preflight = await world.api('POST', `/tenants/${world.tenant.id}/users/${big}/preflight`, { options });
  const warning = preflight.warnings.find((one) => one.code === 'mailbox_too_large');
  assert.equal(warning.severity, 'warn');
  assert.match(warning.message, /60\.0 GB.*50 GB/);
  const done = await world.finished((await world.offboard(big, options)).id);
  assert.equal(done.status, 'succeeded_with_warnings');
  assert.ok(codes(row(done, 'remove_licenses').warnings).includes('license_kept_for_mailbox'));
  const kept = await world.look(big);
  assert.equal(kept.mailbox.RecipientTypeDetails, 'SharedMailbox');
  assert.ok(kept.user.assignedLicenses.length > 0);
  const forced = await world.finished((await world.offboard(big, { remove_licenses: { force: true } })).id);
  assert.match(forced.status, /^succeeded/);
  assert.deepEqual((await world.look(big)).user.assignedLicenses, []);
});

test('a hostile message and a hostile name reach Exchange and the browser harmless', async () => {
  const name = '<img src=x onerror=alert(1)>"&\u202e';
  await patchUser(world, LEAVER, { user: { displayName: name } });
  const message_html =
    '<p onclick="steal()">Bye %displayname%<script>alert(1)</script><img src=x onerror=alert(2)>' +
    '<a href="javascript:alert(3)">a</a><a href=" jAvAsCrIpT:alert(4)">b</a><a href="https://contoso.com">c</a>' +
    '<svg><script>alert(5)</script></svg><iframe src="https://evil.example"></iframe><style>*{background:url(//evil.example)}</style>' +
    '<form action="https://evil.example"><input></form><noscript><p title="</noscript><img src=x onerror=alert(6)>"></noscript></p>';
  const { id } = await world.offboard(LEAVER, { set_out_of_office: { message_html, external_message_html: message_html, audience: 'all' } });
  const done = await world.finished(id);
  const { InternalMessage, ExternalMessage } = (await world.look(LEAVER)).mailbox._auto_reply;
  const report = await (await world.raw('GET', `/offboardings/${id}/report?format=html`)).text();
  for (const text of [InternalMessage, ExternalMessage, done.options.set_out_of_office.message_html]) {
    const tags = [...text.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)];
    for (const [, tag, attributes] of tags) {
      assert.match(tag, /^(html|body|p|br|strong|b|em|i|u|ul|ol|li|a)$/i, text);
      assert.match(attributes, /^( href="https:\/\/contoso\.com")?$/, text);
    }
    assert.ok(!/script|onerror|onclick|evil|url\(/i.test(text.replaceAll('&lt;img src=x onerror=alert(1)&gt;', '')), text);
  }
  assert.ok(InternalMessage.includes('Bye &lt;img src=x onerror=alert(1)&gt;'), InternalMessage);
  assert.ok(!/<img src=x|<script>alert|<iframe|javascript:/i.test(report.replaceAll(/<script type="application\/json"[^>]*>[\s\S]*?<\/script>/g, '')), 'the report shows it as text');
});

test('an option that no longer exists refuses, and says which', async () => {
  const problem = await refusal({ options: { disable_sign_in: true, shred_everything: true } });
  assert.equal(problem.status, 422);
  assert.ok(problem.errors.some((one) => one.code === 'unknown_task' && one.message.includes('shred_everything')), JSON.stringify(problem.errors));
});
