// Searches everything that a world stored, logged and sent for secrets that must be in none of it: the passwords that
// were set, the application's secret, API tokens, the receivers' credentials, one-time links, and anything that looks
// like an access token.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

// The credentials that the simulator's receivers ask for (sim/sink.h).
export const SINK_SECRETS = [
  'sim-teams-signature',
  'sim-slack-secret',
  'sim-discord-token',
  'sim-hook-token',
  'sim-halo-secret',
  'sim-private-key',
  'sim-at-code',
  'sim-at-secret',
  'sim-pwpush-token',
];
const JWT = /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/;
const LINK = /\/s\/([A-Za-z0-9_-]{43})/g;

async function files(folder) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await files(path)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

// What the receivers were sent; what a receiver keeps for itself (its tokens, a pushed password) is not ours.
function sent({ sinks, mail }) {
  const { pwpush, ...others } = sinks ?? {};
  return JSON.stringify({ others, mail }, (key, value) => (key === '_token' || key === 'path' ? undefined : value));
}

// Passwords that were set in the first tenant: those that the seed did not have.
const passwords = (tenant, seed) =>
  Object.values(tenant.users)
    .filter((user) => user._password && user._password !== seed.users[user.id]?._password)
    .map((user) => user._password);

function within(where, bytes, secrets) {
  const text = bytes.toString('latin1');
  for (const secret of secrets)
    assert.ok(!text.includes(Buffer.from(secret).toString('latin1')), `a secret (${secret.slice(0, 3)}…) is in ${where}`);
  assert.equal(JWT.exec(text), null, `an access token is in ${where}`);
}

// `except`: files and folders in it that are there to hold some.
export async function assertNoSecretsIn(folder, secrets, except = []) {
  const left = except.map((name) => join(folder, name));
  const all = await files(folder).catch(() => []); // none, when it was never made
  for (const path of all.filter((one) => !left.some((name) => one.startsWith(name))))
    within(path, await readFile(path), secrets);
}

// `more` are further secrets of the test; `received` further texts that were sent, such as mails. A simulator that the
// test has stopped tells no passwords; all else is looked for all the same.
export async function assertNoSecrets(world, { more = [], received = [] } = {}) {
  const tenant = await world.whole().catch(() => world.seed);
  const texts = sent(await world.sim('GET', '/sinks').catch(() => ({})));
  const links = [...texts.matchAll(LINK), ...received.join('\n').matchAll(LINK)].map((match) => match[1]);
  const always = [...passwords(tenant, world.seed), world.secret, world.token, ...SINK_SECRETS, ...more].filter(Boolean);
  for (const node of [world.main, ...world.nodes]) await assertNoSecretsIn(node.env.LASTDAY_SERVER_DATA_DIR, [...always, ...links]);
  const dump = await world.postgres?.dump();
  if (dump) within('the database', dump, [...always, ...links]);
  within('the log', Buffer.from(world.logs), [...always, ...links]);
  within('what receivers were sent', Buffer.from(texts), always);
  within('the mails', Buffer.from(received.join('\n')), always);
}
