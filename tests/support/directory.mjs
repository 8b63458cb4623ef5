// What an administrator does in the directory meanwhile, by Graph's own calls against the simulator.
import { randomUUID } from 'node:crypto';
import { CLIENT_ID, CLIENT_SECRET } from './simulator.mjs';

async function token(world) {
  const answer = await fetch(`${world.simulator.url}/login/${world.tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  return (await answer.json()).access_token;
}

export async function deleteUser(world, id) {
  const answer = await fetch(`${world.simulator.url}/graph/v1.0/users/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await token(world)}` },
  });
  if (answer.status !== 204) throw new Error(`DELETE ${id}: ${answer.status} ${await answer.text()}`);
}

// The same addresses, but another object: wherever the old one's ids stand, in names and paths too, new ones.
function ownMailbox(mailbox, old, id) {
  const text = JSON.stringify(mailbox).replaceAll(old, id);
  return { ...JSON.parse(text), Guid: randomUUID(), ExchangeGuid: randomUUID(), ExternalDirectoryObjectId: id };
}

// Somebody else who gets the name, the addresses, the mailbox name, groups and licenses that a user had; the new object id.
export async function successor(world, look, more = {}) {
  const id = randomUUID();
  const { user, mailbox } = look;
  const all = (await world.whole()).groups;
  const joined = look.groups.filter((one) => one._is_member);
  const groups = Object.fromEntries(joined.map((one) => [one.id, { _members: [...all[one.id]._members, id] }]));
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}`, {
    users: { [id]: { ...user, id, createdDateTime: new Date().toISOString(), ...more } },
    mailboxes: mailbox ? { [id]: ownMailbox(mailbox, user.id, id) } : {},
    groups,
  });
  return id;
}

export const patchUser = (world, user, patch) =>
  world.sim('PATCH', `/state?tenant=${world.tenant.id}&user=${encodeURIComponent(user)}`, patch);
