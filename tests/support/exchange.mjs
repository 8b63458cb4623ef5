// What the simulator's request log says about Exchange, for the world's tenant.
import { until } from './world.mjs';

// Settings of a world with an index that is kept as fast as the connector lets it.
export const INDEXED = { LASTDAY_INDEX_ENABLED: 'yes', LASTDAY_INDEX_MAILBOXES_PER_MINUTE: '6000' };

export async function exchangeRequests(world) {
  return (await world.requests('exchange')).filter((one) => one.path.includes(world.tenant.id));
}

// Every cmdlet that was sent, those inside batches each by itself: { name, params, status }.
export async function cmdlets(world) {
  const list = [];
  for (const request of await exchangeRequests(world))
    for (const one of request.items ?? [request]) {
      const input = one.body?.CmdletInput;
      if (input) list.push({ name: input.CmdletName, params: input.Parameters ?? {}, status: one.status });
    }
  return list;
}

export async function permissionIndex(world) {
  return (await world.api('GET', `/tenants/${world.tenant.id}`)).permission_index;
}

// Waits for the first whole pass.
export async function indexed(world, timeout = 60_000) {
  return until(
    'the permission index',
    async () => {
      const index = await permissionIndex(world);
      return index.status === 'complete' && index;
    },
    timeout,
  );
}
