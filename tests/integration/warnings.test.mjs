// Every warning of the confirmation step, on a user that deserves it and on one that does not; and the facts that it shows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { patchUser } from '../support/directory.mjs';
import { World } from '../support/world.mjs';

const PLAIN = 'cora.cloud@contoso.com';
const ADA = 'ada.admin@contoso.com';
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';
const GUEST = 'gus.guest_partner-example.com#EXT#@contoso.onmicrosoft.com';

// Code, severity, whom it is about, what is chosen, and what has to be so first.
const ROWS = [
  ['self', 'blocker', 'kai.kalender@contoso.com', { disable_sign_in: true }, async () => (world.token = await tokenNamed('kai.kalender@contoso.com'))],
  ['protected_user', 'blocker', 'mia.methods@contoso.com', { disable_sign_in: true }, async () => world.setDefaults({ protected_users: [(await world.look('mia.methods@contoso.com')).user.id] })],
  ['last_global_admin', 'blocker', ADA, { disable_sign_in: true }, () => disableOtherAdmins()],
  ['already_open', 'blocker', 'rene.rules@contoso.com', { disable_sign_in: true }, () => world.offboard('rene.rules@contoso.com', { disable_sign_in: true }, { schedule: { at: '2035-05-01T09:00', time_zone: 'UTC' } })],
  ['privileged_user', 'warn', ADA, { disable_sign_in: true }],
  ['privileged_user', 'warn', 'lisa.licensed@contoso.com', { disable_sign_in: true }, async () => patchUser(world, 'lisa.licensed@contoso.com', { user: { _eligible_roles: [(await world.look(ADA)).user._eligible_roles[0]] } })],
  ['mailbox_too_large', 'warn', 'bruno.big@contoso.com', { convert_to_shared: true, remove_licenses: true }],
  ['litigation_hold', 'warn', 'hanna.hold@contoso.com', { convert_to_shared: true }],
  ['litigation_hold', 'warn', 'hanna.hold@contoso.com', { delete_user: true }],
  ['retention_hold', 'warn', 'hanna.hold@contoso.com', { remove_licenses: true }],
  ['archive_enabled', 'warn', 'archie.archive@contoso.com', { convert_to_shared: true }],
  ['on_premises_source', 'warn', 'syd.synced@contoso.com', { disable_sign_in: true }],
  ['last_group_owner', 'warn', 'otto.owner@contoso.com', { disable_sign_in: true }],
  ['has_direct_reports', 'info', 'megan.bowen@contoso.com', { disable_sign_in: true }],
  ['dynamic_group', 'warn', 'adele.vance@contoso.com', { remove_from_groups: true }],
  ['on_premises_group', 'warn', 'syd.synced@contoso.com', { remove_from_groups: true }],
  ['role_assignable_group', 'warn', ADA, { remove_from_groups: true }],
  ['recipient_disabled', 'blocker', PLAIN, { forward_email: { to: 'dora.disabled@contoso.com' } }],
  ['recipient_disabled', 'warn', PLAIN, { grant_send_as: { users: ['dora.disabled@contoso.com'] } }],
  ['recipient_external', 'blocker', PLAIN, { forward_email: { to: GUEST } }],
  ['recipient_external', 'warn', PLAIN, { forward_email: { to: GUEST } }, () => world.setDefaults({ allow_external_forwarding: true })],
  ['recipient_external', 'warn', PLAIN, { grant_onedrive_access: { users: [GUEST] } }],
  ['recipient_being_offboarded', 'blocker', PLAIN, { grant_send_as: { users: ['rene.rules@contoso.com'] } }],
  ['recipient_no_mailbox', 'blocker', PLAIN, { forward_email: { to: 'nora.nomail@contoso.com' } }],
  ['recipient_no_mailbox', 'warn', PLAIN, { grant_mailbox_access: { users: [GUEST] } }],
  ['mailbox_loses_license', 'warn', PLAIN, { remove_licenses: true }],
  ['no_mailbox', 'info', 'nora.nomail@contoso.com', { hide_from_gal: true }],
  ['no_onedrive', 'info', 'nils.nodrive@contoso.com', { grant_onedrive_access: { users: ['manager'] } }],
  ['no_licenses', 'info', GUEST, { remove_licenses: true }],
  ['signed_in_recently', 'info', 'nils.nodrive@contoso.com', { disable_sign_in: true }, () => patchUser(world, 'nils.nodrive@contoso.com', { user: { signInActivity: { lastSignInDateTime: new Date().toISOString() } } })],
  ['owns_app_registrations', 'warn', 'otto.owner@contoso.com', { disable_sign_in: true }],
];

let world;
let admin;
before(async () => {
  world = await World.make({ certificate: true, tenants: 1 });
  admin = world.token;
});
after(() => world.close());

const preflight = (user, options) => world.api('POST', `/tenants/${world.tenant.id}/users/${encodeURIComponent(user)}/preflight`, { options });

async function tokenNamed(name) {
  return (await world.run(['admin', 'token-create', '--name', name, '--role', 'technician'])).stdout.trim();
}

async function disableOtherAdmins() {
  const { users } = await world.whole();
  const admins = Object.values(users).filter((one) => one.userPrincipalName !== ADA && one._roles?.some(({ role }) => role === GLOBAL_ADMINISTRATOR));
  assert.ok(admins.length, 'there are others');
  for (const { id } of admins) await patchUser(world, id, { user: { accountEnabled: false } });
}

// Tokens of Microsoft say what the application may do; one that is at hand keeps what it says, so the server starts anew.
async function takeAway(permission) {
  const { apps } = await world.whole();
  const less = apps.map((app) => ({ ...app, graph_roles: app.graph_roles.filter((one) => one !== permission) }));
  assert.notDeepEqual(less, apps, 'it was there');
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}`, { apps: less });
  await world.stop();
  await world.start();
}

test('a user like most gives no warning', async () => {
  const { warnings } = await preflight(PLAIN, { disable_sign_in: true, hide_from_gal: true, convert_to_shared: true, remove_licenses: true, forward_email: { to: 'manager' } });
  assert.deepEqual(warnings, []);
});

const warns = ([code, severity, user, options, prepare]) =>
  test(`${code} is shown as ${severity}: ${Object.keys(options)[0]}, ${user.split('@')[0]}`, async () => {
    await prepare?.();
    const { warnings } = await preflight(user, options);
    world.token = admin;
    const found = warnings.filter((one) => one.code === code);
    assert.ok(found.length && found.every((one) => one.severity === severity), JSON.stringify(warnings));
    assert.match(found[0].message, /^[A-Z].{30,}\.$/, 'a sentence that says what and what to do');
  });

for (const row of ROWS) warns(row);

test('the facts are those of the directory, Exchange and OneDrive', async () => {
  await world.sim('POST', '/reset');
  const user = 'adele.vance@contoso.com';
  const { facts } = await preflight(user, {
    remove_mfa_methods: true,
    remove_mobile_devices: true,
    remove_teams_phone: true,
    remove_rules: true,
    cancel_calendar_invites: true,
    grant_onedrive_access: { users: ['manager'] },
    set_out_of_office: { message_html: '<p>x</p>' },
  });
  const look = await world.look(user);
  assert.equal(facts.sign_in_methods.length, look.user._methods.length - 1, 'all but the password');
  assert.deepEqual(facts.devices.length, look.mailbox._devices.length);
  assert.deepEqual(facts.phone_numbers, look.phone_numbers.map((one) => one.telephoneNumber));
  assert.equal(facts.meetings, 3);
  assert.deepEqual(facts.onedrive, { url: `${look.site.url}/Documents`, size_bytes: look.site._used_bytes });
  assert.equal(facts.mailbox.rules, look.mailbox._rules.length);
  assert.equal(facts.mailbox.automatic_replies, false);
  assert.equal(facts.last_sign_in_at, look.user.signInActivity.lastSignInDateTime);
  assert.equal(facts.groups.length, look.groups.filter((one) => one._is_member).length);
  assert.equal(facts.licenses.length, 3);
  const ada = (await preflight(ADA, { disable_sign_in: true })).facts;
  assert.ok(ada.roles.includes('Global Administrator'), JSON.stringify(ada.roles));
  assert.equal(ada.eligible_roles.length, 2);
  assert.ok([...ada.roles, ...ada.eligible_roles].every((name) => !/^[0-9a-f-]{36}$/.test(name)), JSON.stringify(ada));
  const hanna = (await preflight('hanna.hold@contoso.com', { convert_to_shared: true })).facts.mailbox;
  assert.deepEqual([hanna.litigation_hold, hanna.retention_hold], [true, true]);
  assert.equal((await preflight('otto.owner@contoso.com', { disable_sign_in: true })).facts.owned_apps.length, 1);
});

// Last: the server is another one from here on.
warns(['missing_permission', 'blocker', PLAIN, { remove_mfa_methods: true }, () => takeAway('UserAuthenticationMethod.ReadWrite.All')]);
