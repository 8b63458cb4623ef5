// Each task of the catalogue, as a tester sees it: how it is asked for, which part of the simulator's state it is about, and
// whether its promise holds there. `look` is what World.look() gives.
import assert from 'node:assert/strict';

const MANAGER = 'megan.bowen@contoso.com';
// A group of Contoso that nobody of the cast is in; found by the test.
export const EXTRA_GROUP = { id: null };

const bare = (address) => String(address ?? '').toLowerCase().replace(/^smtp:/, '');
const ids = (list) => list.map((one) => one.id).sort();
const changeable = (group) =>
  !group.membershipRule && !group.onPremisesSyncEnabled && !group.groupTypes?.includes('DynamicMembership');
const licenses = (look) =>
  (look.user.licenseAssignmentStates ?? []).map((one) => `${one.skuId}:${one.assignedByGroup ?? ''}:${one.disabledPlans}`).sort();
const rule = ({ Identity, RuleIdentity, Priority, _graph, _id, ...rest }) => rest;
const removable = (one) => !/^junk e-mail rule$/i.test(one.Name) && !one.Name.startsWith('Microsoft.Exchange.OOF.');
const upcoming = (look) =>
  (look.mailbox?._events ?? []).filter(
    (event) => event.isOrganizer && !event.isCancelled && event.attendees?.length &&
      (event.type === 'seriesMaster' || new Date(`${event.start.dateTime}Z`) > new Date()),
  );
const holders = (list, person, right) => list.filter((one) => (one.user ?? one.trustee) === person && one.rights.includes(right));

export const TASKS = {
  disable_sign_in: {
    state: (look) => look.user.accountEnabled,
    holds: (look) => assert.equal(look.user.accountEnabled, false),
  },
  reset_password: {
    state: (look) => look.user._password ?? null,
    holds: (look, before) => assert.notEqual(look.user._password, before.user._password),
    again: true,
  },
  revoke_sessions: {
    state: (look) => look.user.signInSessionsValidFromDateTime,
    holds: (look, before) =>
      assert.ok(look.user.signInSessionsValidFromDateTime > before.user.signInSessionsValidFromDateTime),
    again: true,
  },
  remove_mfa_methods: {
    state: (look) => ids(look.user._methods ?? []),
    holds: (look) =>
      assert.deepEqual(
        (look.user._methods ?? []).filter((one) => !/password|hardwareOath|qrCodePin/i.test(one['@odata.type'])),
        [],
      ),
  },
  remove_mobile_devices: { state: (look) => look.mailbox?._devices ?? [], holds: (look) => assert.deepEqual(look.mailbox._devices, []) },
  set_out_of_office: {
    options: { message_html: '<p>%displayname% has left %tenantname%.</p>', audience: 'known' },
    state: (look) => {
      const { AutoReplyState, InternalMessage, ExternalMessage, ExternalAudience } = look.mailbox?._auto_reply ?? {};
      return { AutoReplyState, InternalMessage, ExternalMessage, ExternalAudience };
    },
    holds: (look) => {
      const reply = look.mailbox._auto_reply;
      assert.match(reply.AutoReplyState, /^enabled$/i);
      assert.match(reply.ExternalAudience, /^known$/i);
      assert.ok(reply.InternalMessage.includes('has left'), reply.InternalMessage);
      assert.ok(!reply.InternalMessage.includes('%'), 'variables are filled in');
    },
  },
  forward_email: {
    options: { to: MANAGER, keep_copy: true },
    state: (look) => [bare(look.mailbox?.ForwardingSmtpAddress), look.mailbox?._forwarding_id ?? null, look.mailbox?.DeliverToMailboxAndForward],
    holds: (look) => {
      assert.equal(bare(look.mailbox.ForwardingSmtpAddress), MANAGER);
      assert.equal(look.mailbox.DeliverToMailboxAndForward, true);
    },
  },
  disable_forwarding: {
    state: (look) => TASKS.forward_email.state(look),
    holds: (look) => assert.deepEqual([bare(look.mailbox.ForwardingSmtpAddress), look.mailbox._forwarding_id ?? null], ['', null]),
  },
  remove_rules: {
    state: (look) => (look.mailbox?._rules ?? []).map(rule),
    holds: (look) => assert.deepEqual(look.mailbox._rules.filter(removable), []),
    // Hidden and Outlook-only rules do not come back; the others do, in their order.
    restored: (look, before) =>
      assert.deepEqual(
        look.mailbox._rules.filter(removable).map((one) => one.Name),
        before.mailbox._rules.filter((one) => removable(one) && !one._hidden && !one._client_only).map((one) => one.Name),
      ),
  },
  hide_from_gal: {
    state: (look) => look.mailbox?.HiddenFromAddressListsEnabled,
    holds: (look) => assert.equal(look.mailbox.HiddenFromAddressListsEnabled, true),
  },
  cancel_calendar_invites: { state: (look) => ids(upcoming(look)), holds: (look) => assert.deepEqual(upcoming(look), []) },
  convert_to_shared: {
    state: (look) => look.mailbox?.RecipientTypeDetails,
    holds: (look) => assert.equal(look.mailbox.RecipientTypeDetails, 'SharedMailbox'),
  },
  remove_from_groups: {
    state: (look) => [ids(look.groups.filter((one) => one._is_member)), ids(look.groups.filter((one) => one._is_owner))],
    holds: (look) =>
      assert.deepEqual(
        look.groups.filter((one) => one._is_member && changeable(one) && one.id !== EXTRA_GROUP.id).map((one) => one.displayName),
        [],
      ),
  },
  remove_mailbox_permissions: {
    state: ({ access: { mailboxes, send_as, send_on_behalf } }) => ({ mailboxes, send_as, send_on_behalf }),
    holds: (look) =>
      assert.deepEqual(TASKS.remove_mailbox_permissions.state(look), { mailboxes: {}, send_as: {}, send_on_behalf: {} }),
  },
  remove_calendar_permissions: {
    state: (look) => look.access.calendars,
    holds: (look) => assert.deepEqual(look.access.calendars, {}),
  },
  remove_directory_roles: {
    // From when on they are held is new after an undo.
    state: ({ user }) => ['_roles', '_eligible_roles'].map((key) => (user[key] ?? []).map(({ role, scope }) => `${role}:${scope}`).sort()),
    holds: (look) => assert.deepEqual([look.user._roles ?? [], look.user._eligible_roles ?? []], [[], []]),
  },
  remove_app_access: {
    state: (look) => [
      (look.app_roles ?? []).filter((one) => !one.by_group).map((one) => `${one.resourceId}:${one.appRoleId}`).sort(),
      (look.grants ?? []).filter((one) => one.consentType !== 'AllPrincipals').map((one) => `${one.clientId}:${one.resourceId}:${one.scope.trim()}`).sort(),
    ],
    holds: (look) => assert.deepEqual(TASKS.remove_app_access.state(look), [[], []]),
  },
  remove_teams_phone: {
    state: (look) => (look.phone_numbers ?? []).map((one) => one.telephoneNumber).sort(),
    holds: (look) => assert.deepEqual(look.phone_numbers, []),
  },
  add_to_group: {
    options: () => ({ group: EXTRA_GROUP.id }),
    state: (look) => look.groups.some((one) => one.id === EXTRA_GROUP.id && one._is_member),
    holds: (look) => assert.ok(look.groups.some((one) => one.id === EXTRA_GROUP.id && one._is_member)),
  },
  grant_mailbox_access: grant('FullAccess', (look) => look.mailbox?._permissions),
  grant_mailbox_access_automap: grant('FullAccess', (look) => look.mailbox?._permissions),
  grant_send_as: grant('SendAs', (look) => look.mailbox?._recipient_permissions),
  grant_send_on_behalf: {
    options: { users: [MANAGER] },
    state: (look) => (look.mailbox?._send_on_behalf ?? []).slice().sort(),
    holds: (look, _before, manager) => assert.ok(look.mailbox._send_on_behalf.includes(manager)),
  },
  grant_onedrive_access: {
    options: { users: [MANAGER] },
    state: (look) => (look.site?.admins ?? []).slice().sort(),
    holds: (look, _before, manager) => assert.ok(look.site.admins.includes(manager)),
  },
  disable_onedrive_sharing: { state: (look) => look.site?.sharing, holds: (look) => assert.equal(look.site.sharing, 0) },
  remove_licenses: {
    state: licenses,
    holds: (look, _before, _manager, task) => {
      const kept = task.items.filter((item) => item.status === 'skipped').length;
      assert.equal((look.user.licenseAssignmentStates ?? []).length, kept, 'what is left is what the task says it kept');
    },
  },
  clear_immutable_id: {
    state: (look) => look.user.onPremisesImmutableId ?? null,
    holds: (look) => assert.equal(look.user.onPremisesImmutableId ?? null, null),
  },
  delete_user: { state: (look) => look.deleted, holds: (look) => assert.equal(look.deleted, true) },
};

function grant(right, list) {
  return {
    options: { users: [MANAGER] },
    state: (look) => (list(look) ?? []).map((one) => `${one.user ?? one.trustee}:${one.rights}`).sort(),
    holds: (look, _before, manager) => assert.equal(holders(list(look), manager, right).length, 1),
  };
}

export function optionsOf(task) {
  const { options } = TASKS[task];
  return typeof options === 'function' ? options() : (options ?? true);
}

// Everything that goes together, but for the deletion of the user.
export function everything() {
  const all = {};
  for (const task of Object.keys(TASKS))
    if (!['delete_user', 'disable_forwarding', 'grant_mailbox_access_automap'].includes(task)) all[task] = optionsOf(task);
  return all;
}

// The documentation's own settings: what CIPP's wizard offers.
export function documented() {
  const { remove_directory_roles, remove_app_access, add_to_group, ...rest } = everything();
  return { ...rest, grant_mailbox_access_automap: { users: ['cora.cloud@contoso.com'] } };
}
