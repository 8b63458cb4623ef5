// The simulator's own answers, call by call, against Microsoft's schema; and the check itself, which must find what is wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkLog, skipped } from '../support/schema.mjs';
import { CLIENT_ID, CLIENT_SECRET, Simulator } from '../support/simulator.mjs';

const TYPICAL = 'adele.vance@contoso.com';
const options = { skip: skipped };
let sim;
let contoso;
before(async () => {
  if (skipped) return;
  sim = await Simulator.start();
  [contoso] = (await sim.control('GET', '/tenants')).items;
  await sim.control('PUT', '/timing', { operation_ms: 0, settle_ms: 0 });
  await sim.control('PUT', '/requests', { replies: true });
});
after(() => sim?.stop());

const tokens = new Map();
async function token(form) {
  if (tokens.has(form)) return tokens.get(form);
  const answer = await fetch(`${sim.url}/login/${contoso.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      scope: 'https://graph.microsoft.com/.default',
      ...form,
    }),
  });
  tokens.set(form, (await answer.json()).access_token);
  return tokens.get(form);
}
const asApplication = { grant_type: 'client_credentials' };
const asUser = { grant_type: 'refresh_token', refresh_token: 'sim-partner-refresh-token' };

async function graph(method, path, body, who = asApplication) {
  const answer = await fetch(`${sim.url}/graph/v1.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await token(who)}`,
      consistencylevel: 'eventual',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${text}`);
  return { headers: answer.headers, json: text ? JSON.parse(text) : null };
}

const findings = async () => checkLog((await sim.control('GET', '/requests')).items);

const READS = [
  '/users?$top=999',
  '/users?$select=id,displayName,userPrincipalName,mail,accountEnabled,userType,assignedLicenses,licenseAssignmentStates,assignedPlans,proxyAddresses,onPremisesSyncEnabled,onPremisesImmutableId,signInActivity&$top=500',
  '/users/delta?$select=id,displayName',
  `/users/${TYPICAL}?$expand=manager($select=id,displayName,mail)`,
  `/users/${TYPICAL}?$select=id,mailboxSettings`,
  `/users/${TYPICAL}/manager`,
  '/users/megan.bowen@contoso.com/directReports',
  `/users/${TYPICAL}/memberOf`,
  `/users/${TYPICAL}/memberOf?$select=id,displayName,mailEnabled,securityEnabled,groupTypes,isAssignableToRole,roleTemplateId`,
  '/users/ada.admin@contoso.com/transitiveMemberOf',
  `/users/${TYPICAL}/memberOf/microsoft.graph.group`,
  '/users/otto.owner@contoso.com/ownedObjects',
  '/users/otto.owner@contoso.com/ownedObjects/microsoft.graph.application',
  `/users/${TYPICAL}/licenseDetails`,
  `/users/${TYPICAL}/mailboxSettings`,
  '/users/mia.methods@contoso.com/authentication/methods',
  `/users/${TYPICAL}/appRoleAssignments`,
  `/users/${TYPICAL}/oauth2PermissionGrants`,
  `/users/${TYPICAL}/events?$select=id,subject,start,end,type,isOrganizer,attendees,recurrence,seriesMasterId`,
  `/users/${TYPICAL}/events`,
  `/users/${TYPICAL}/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2036-01-01T00:00:00Z&$top=100`,
  '/users/rene.rules@contoso.com/mailFolders/inbox/messageRules',
  `/users/${TYPICAL}/drive`,
  `/users/${TYPICAL}/drive/root`,
  '/users/syd.synced@contoso.com/onPremisesSyncBehavior',
  '/groups?$top=999',
  '/subscribedSkus',
  '/organization',
  '/domains',
  '/contracts',
  '/sites/root',
  '/tenantRelationships/delegatedAdminCustomers',
  '/tenantRelationships/delegatedAdminRelationships',
  '/roleManagement/directory/roleAssignments?$expand=roleDefinition,principal',
  '/roleManagement/directory/roleAssignmentScheduleInstances',
  '/roleManagement/directory/roleEligibilityScheduleInstances',
  '/roleManagement/directory/roleEligibilitySchedules',
  '/servicePrincipals',
  '/applications',
  '/oauth2PermissionGrants',
  '/admin/teams/userConfigurations',
  '/admin/teams/telephoneNumberManagement/numberAssignments',
];

test('every answer to a read fits the schema', options, async () => {
  await sim.control('DELETE', '/requests');
  for (const path of READS) await graph('GET', path);
  const sum = await findings();
  assert.deepEqual(sum.findings, []);
  assert.equal(sum.replies, READS.length);
});

test('every write and its answer fit the schema', options, async () => {
  await sim.control('POST', '/reset');
  await sim.control('PUT', '/timing', { operation_ms: 0, settle_ms: 0 });
  await sim.control('PUT', '/requests', { replies: true });
  const path = `/users/${TYPICAL}`;
  const { json: user } = await graph('GET', `${path}?$select=id,assignedLicenses`);
  const { json: roles } = await graph('GET', `${path}/appRoleAssignments`);
  const { json: grants } = await graph('GET', `${path}/oauth2PermissionGrants`);
  const { json: rules } = await graph('GET', `${path}/mailFolders/inbox/messageRules`);
  const { json: events } = await graph('GET', `${path}/events?$filter=type eq 'seriesMaster'`);
  const admin = (await graph('GET', '/users/ada.admin@contoso.com?$select=id')).json.id;
  const role = { principalId: admin, directoryScopeId: '/', roleDefinitionId: 'fe930be7-5e62-47db-91af-98c3a49a38b1' };
  const number = { telephoneNumber: '+31205550100', numberType: 'callingPlan' };
  const phones = '/admin/teams/telephoneNumberManagement/numberAssignments';
  const [rule] = rules.value;
  await graph('PATCH', path, { accountEnabled: false });
  await graph('POST', `${path}/revokeSignInSessions`);
  await graph('PATCH', `${path}/mailboxSettings`, { automaticRepliesSetting: { status: 'alwaysEnabled', externalAudience: 'all', internalReplyMessage: 'x', externalReplyMessage: 'x' } });
  await graph('DELETE', `${path}/appRoleAssignments/${roles.value[0].id}`);
  const { principalId, resourceId, appRoleId } = roles.value[0];
  await graph('POST', `${path}/appRoleAssignments`, { principalId, resourceId, appRoleId });
  await graph('DELETE', `/oauth2PermissionGrants/${grants.value[0].id}`);
  const { id: _, ...grant } = grants.value[0];
  await graph('POST', '/oauth2PermissionGrants', grant);
  await graph('DELETE', `${path}/mailFolders/inbox/messageRules/${encodeURIComponent(rule.id)}`);
  await graph('POST', `${path}/mailFolders/inbox/messageRules`, { displayName: rule.displayName, sequence: 1, isEnabled: true, conditions: rule.conditions, actions: rule.actions });
  await graph('POST', `${path}/events/${encodeURIComponent(events.value[0].id)}/cancel`, { comment: 'x' });
  await graph('POST', '/roleManagement/directory/roleEligibilityScheduleRequests', { action: 'adminRemove', justification: 'x', ...role });
  await graph('POST', '/roleManagement/directory/roleEligibilityScheduleRequests', { action: 'adminAssign', justification: 'x', scheduleInfo: { expiration: { type: 'noExpiration' } }, ...role });
  await graph('POST', '/roleManagement/directory/roleAssignments', role);
  for (const [action, body] of [['unassignNumber', number], ['assignNumber', { ...number, assignmentTargetId: user.id, assignmentCategory: 'primary' }]]) {
    const { headers } = await graph('POST', `${phones}/${action}`, body);
    await graph('GET', new URL(headers.get('location')).pathname.replace('/graph/v1.0', ''));
  }
  const reset = await graph('POST', `${path}/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword`, { newPassword: 'Zx9-Quite-Long-And-Odd' }, asUser);
  await graph('GET', new URL(reset.headers.get('location')).pathname.replace('/graph/v1.0', ''), undefined, asUser);
  await graph('POST', `${path}/assignLicense`, { addLicenses: [], removeLicenses: ['cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46'] });
  await graph('POST', '/directoryObjects/getByIds', { ids: [user.id], types: ['user'] });
  await graph('DELETE', path);
  await graph('GET', '/directory/deletedItems/microsoft.graph.user?$select=id,displayName,userPrincipalName,deletedDateTime');
  await graph('POST', `/directory/deletedItems/${user.id}/restore`, { autoReconcileProxyConflict: true });
  const sum = await findings();
  assert.deepEqual(sum.findings, []);
  assert.ok(sum.bodies >= 15 && sum.replies >= 15, JSON.stringify(sum));
});

test('the check finds what is wrong', options, () => {
  const cases = [
    ['no such property', { method: 'GET', path: '/graph/v1.0/users/x?$select=id,displayname' }],
    ['no such path', { method: 'GET', path: '/graph/v1.0/users/x/memberof' }],
    ['no such expansion', { method: 'GET', path: '/graph/v1.0/users?$expand=Manager' }],
    ['no such property in a filter', { method: 'GET', path: "/graph/v1.0/users?$filter=startswith(displayname,'a')" }],
    ['wrong case in a body', { method: 'PATCH', path: '/graph/v1.0/users/x', body: { AccountEnabled: false } }],
    ['wrong type in a body', { method: 'PATCH', path: '/graph/v1.0/users/x', body: { accountEnabled: 'false' } }],
    ['wrong parameter', { method: 'POST', path: '/graph/v1.0/users/x/assignLicense', body: { addLicences: [], addLicenses: [], removeLicenses: [] } }],
    ['a parameter is missing', { method: 'POST', path: '/graph/v1.0/users/x/assignLicense', body: { addLicenses: [] } }],
    ['no reference', { method: 'POST', path: '/graph/v1.0/groups/x/members/$ref', body: { id: 'x' } }],
    ['no list', { method: 'GET', path: '/graph/v1.0/users', status: 200, reply: { id: 'x' } }],
    ['a wrong date in an answer', { method: 'GET', path: '/graph/v1.0/users/x', status: 200, reply: { id: 'x', createdDateTime: '2026-01-01' } }],
    ['a wrong member of an enumeration', { method: 'GET', path: '/graph/v1.0/users/x/events', status: 200, reply: { value: [{ id: 'x', type: 'master' }] } }],
    ['a wrong type in a list', { method: 'GET', path: '/graph/v1.0/users/x/memberOf', status: 200, reply: { value: [{ '@odata.type': '#microsoft.graph.event', id: 'x' }] } }],
    ['an error without a code', { method: 'GET', path: '/graph/v1.0/users/x', status: 404, reply: { error: {} } }],
    ['inside a batch', { method: 'POST', path: '/graph/v1.0/$batch', items: [{ id: '1', method: 'GET', path: '/v1.0/users/x?$select=nothing', status: 200 }] }],
  ];
  for (const [what, entry] of cases) assert.equal(checkLog([entry]).findings.length, 1, what);
  assert.deepEqual(checkLog([{ method: 'POST', path: '/graph/v1.0/users/x/events/y/cancel', body: { comment: 'x' }, status: 202 }]).findings, []);
});
