// What the simulator's request log says about changes: batches are taken apart, reads left out.
const isWrite = (one) =>
  one.service === 'exchange'
    ? !/"cmdletname":"get-/i.test(JSON.stringify(one.body ?? ''))
    : one.service !== 'login' && one.method !== 'GET' && !one.path.endsWith('/$batch');

// [{host, time, method, path, body, status}], oldest first; host is how the caller addressed the simulator.
export function writesOf(log) {
  return log
    .flatMap((one) => {
      const host = Object.entries(one.headers).find(([name]) => name.toLowerCase() === 'host')?.[1];
      const parts = one.items?.length ? one.items.map((item) => ({ ...one, items: null, body: null, ...item })) : [one];
      return parts.map((part) => ({ ...part, host }));
    })
    .filter(isWrite);
}

// Users whose offboarding needs nobody's consent.
export function leaversOf(tenant) {
  const privileged = new Set(
    Object.values(tenant.groups)
      .filter((group) => group.isAssignableToRole)
      .flatMap((group) => group._members),
  );
  return Object.values(tenant.users).filter(
    (user) =>
      user.accountEnabled &&
      user.userType === 'Member' &&
      tenant.mailboxes[user.id] &&
      !user.onPremisesSyncEnabled &&
      !privileged.has(user.id) &&
      !user._roles?.length,
  );
}
