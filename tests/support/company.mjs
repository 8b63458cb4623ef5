// Tenants of plain people, each with a mailbox: user1@…, user2@…, as many as are wanted. They trust the application that
// the sample tenants trust.
// Of several companies, each with its number, nobody has the id of somebody else.
export const personId = (n, company = 0) => `00000000-0000-4000-8000-${String(company * 1_000_000 + n).padStart(12, '0')}`;

function person(tenant, n, number) {
  const id = personId(n, number);
  const address = `user${n}@${tenant.default_domain}`;
  tenant.users[id] = {
    id,
    userPrincipalName: address,
    displayName: `User ${n}`,
    mail: address,
    mailNickname: `user${n}`,
    accountEnabled: true,
    userType: 'Member',
    createdDateTime: '2024-02-01T08:00:00Z',
    signInSessionsValidFromDateTime: '2024-02-01T08:00:00Z',
    assignedLicenses: [],
    licenseAssignmentStates: [],
    proxyAddresses: [],
    _methods: [],
  };
  tenant.mailboxes[id] = {
    Name: `user${n}`,
    RecipientTypeDetails: 'UserMailbox',
    PrimarySmtpAddress: address,
    _permissions: [],
    _recipient_permissions: [],
    _send_on_behalf: [],
    _rules: [],
    _devices: [],
    _events: [],
    _calendar_permissions: [],
  };
}

function company(like, number, count, own = 0) {
  const domain = `company${number}.example`;
  const empty = { users: {}, groups: {}, mailboxes: {}, sites: {}, deleted_users: {}, skus: [] };
  const tenant = {
    ...like,
    ...empty,
    id: `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
    display_name: `Company ${number}`,
    default_domain: domain,
    initial_domain: domain,
    domains: [domain],
  };
  for (let n = 1; n <= count; n++) person(tenant, n, own);
  return tenant;
}

// For World.make({ prepare }): one such tenant in place of the sample tenants. change(tenant) may add to it.
export function onlyCompany(count, change) {
  return async (world) => {
    const [sample] = (await world.sim('GET', '/tenants')).items;
    const tenant = company(await world.sim('GET', `/state?tenant=${sample.id}`), 1, count);
    change?.(tenant);
    await world.sim('PUT', '/state', { tenants: { [tenant.id]: tenant }, operations: {} });
  };
}

// For World.make({ prepare }): as many of them as there are counts, in place of the sample tenants.
export function onlyCompanies(counts) {
  return async (world) => {
    const [sample] = (await world.sim('GET', '/tenants')).items;
    const like = await world.sim('GET', `/state?tenant=${sample.id}`);
    const tenants = counts.map((count, i) => company(like, i + 1, count, i + 1));
    await world.sim('PUT', '/state', { tenants: Object.fromEntries(tenants.map((one) => [one.id, one])), operations: {} });
  };
}

// One more, which the server then knows of; it becomes the world's tenant.
export async function addCompany(world, count, change) {
  const state = await world.state();
  const all = Object.values(state.tenants);
  const tenant = company(all[0], all.length + 1, count);
  change?.(tenant);
  state.tenants[tenant.id] = tenant;
  await world.sim('PUT', '/state', state);
  world.tenant = tenant;
  await world.api('POST', '/tenants', { tenant_id: tenant.id, default_domain: tenant.default_domain, display_name: tenant.display_name });
}

export function share(tenant, owner, user) {
  tenant.mailboxes[personId(owner)]._permissions.push({ user: personId(user), rights: ['FullAccess'], auto_mapping: true });
}

export function shareCalendar(tenant, owner, user, folder) {
  const mailbox = tenant.mailboxes[personId(owner)];
  if (folder) mailbox._calendar_name = folder;
  mailbox._calendar_permissions.push({ user: personId(user), rights: ['Editor'] });
}
