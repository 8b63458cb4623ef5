// Small tenants, each with one leaver who has something for every task, cut out of the sample tenant: Adele, and the
// people and groups that her offboarding touches. Every run gets a tenant of its own, so that none meets what another left
// behind, neither there nor in the server.
const LEAVER = 'adele.vance@contoso.com';
const KEPT = [LEAVER, 'megan.bowen@contoso.com', 'kai.kalender@contoso.com', 'cora.cloud@contoso.com'];
const SHARED = /^(info|invoices)@contoso\.com$/;
const SAMPLE = 'contoso';

const only = (object, keep) => Object.fromEntries(Object.entries(object).filter(([id, value]) => keep(id, value)));

function cut(sample) {
  const users = only(sample.users, (_id, one) => KEPT.includes(one.userPrincipalName) || SHARED.test(one.userPrincipalName));
  const here = (id) => id in users;
  const named = (name) => Object.values(users).find((one) => one.userPrincipalName === name).id;
  const leaver = named(LEAVER);
  const spare = Object.values(sample.groups).find(
    (group) => group.securityEnabled && !group.mailEnabled && !group.membershipRule && !group.onPremisesSyncEnabled &&
      !group.isAssignableToRole && !group.assignedLicenses?.length && !group._members.some(here),
  ).id;
  const groups = only(sample.groups, (id, one) => id === spare || [...one._members, ...(one._owners ?? [])].includes(leaver));
  for (const group of Object.values(groups))
    for (const list of ['_members', '_owners']) if (group[list]) group[list] = group[list].filter((id) => here(id) || id in groups);
  const tenant = {
    ...sample,
    users,
    groups,
    mailboxes: only(sample.mailboxes, here),
    sites: only(sample.sites, here),
    permission_grants: only(sample.permission_grants, (_id, one) => here(one.principalId) || !one.principalId),
    phone_numbers: sample.phone_numbers.filter((one) => !one.assignmentTargetId || here(one.assignmentTargetId)),
    customers: [],
  };
  return { text: JSON.stringify(tenant), id: sample.id, spare, leaver, manager: named('megan.bowen@contoso.com') };
}

// What a tenant is made of: begin with `await Mould.of(world)`, then make() as many as are needed.
export class Mould {
  static async of(world) {
    const mould = new Mould();
    const [sample] = (await world.sim('GET', '/tenants')).items;
    Object.assign(mould, cut(await world.sim('GET', `/state?tenant=${sample.id}`)), { made: 0 });
    return mould;
  }

  // A value about the sample tenant, such as options, about this one; and back.
  make() {
    const number = ++this.made;
    const id = `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`;
    const name = `${SAMPLE}${number}x`;
    const as = (value, from, to) => JSON.parse(JSON.stringify(value).replaceAll(from, to));
    return {
      id,
      domain: `${name}.com`,
      state: JSON.parse(this.text.replaceAll(this.id, id).replaceAll(SAMPLE, name)),
      localized: (value) => as(value, SAMPLE, name),
      neutral: (value) => as(as(value, name, SAMPLE), id, this.id),
    };
  }
}
