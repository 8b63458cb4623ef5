// Whether the promises of the tasks hold, read from the simulator's state alone.
import assert from 'node:assert/strict';

export function promisesHold(before, after) {
  const { user, mailbox } = after;
  const { manager } = before;
  assert.equal(user.accountEnabled, false, 'sign-in is disabled');
  assert.notEqual(user._password, before.user._password, 'the password is another');
  assert.ok(user.signInSessionsValidFromDateTime > before.user.signInSessionsValidFromDateTime, 'sessions are revoked');
  assert.equal(mailbox.RecipientTypeDetails, 'SharedMailbox', 'the mailbox is shared');
  assert.equal(mailbox.HiddenFromAddressListsEnabled, true, 'hidden from the address list');
  assert.equal(
    String(mailbox.ForwardingSmtpAddress).toLowerCase().replace(/^smtp:/, ''),
    manager.mail.toLowerCase(),
    'mail is forwarded to the manager',
  );
  assert.equal(mailbox.DeliverToMailboxAndForward, true, 'copies are kept');
  assert.match(mailbox._auto_reply.AutoReplyState, /enabled/i, 'automatic replies are on');
  assert.ok(mailbox._auto_reply.InternalMessage.includes(manager.mail), 'variables are filled in');
  assert.ok(
    mailbox._permissions.some((one) => one.user === manager.id && one.rights.includes('FullAccess')),
    'the manager may open the mailbox',
  );
  for (const group of after.groups)
    assert.ok(
      group.membershipRule || group.onPremisesSyncEnabled || group.groupTypes?.includes('DynamicMembership'),
      `left every group that can be left, but not ${group.displayName}`,
    );
  assert.deepEqual(user.assignedLicenses, [], 'no license is left');
}
