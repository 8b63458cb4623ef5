// What the measurements ask of the server: address and token come from LASTDAY_URL and LASTDAY_TOKEN.
import { setTimeout as sleep } from 'node:timers/promises';

const LOCKOUT = { disable_sign_in: true, reset_password: true, revoke_sessions: true };

// As a client should: asked to slow down, or when the simulator is too busy, it comes again when it may.
export async function api(method, path, body) {
  const answer = await fetch(`${process.env.LASTDAY_URL}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.LASTDAY_TOKEN}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if ([429, 503, 504].includes(answer.status)) {
    await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
    return api(method, path, body);
  }
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 1000)}`);
  return JSON.parse(text);
}

export async function usersOf(tenant, count) {
  const users = [];
  for (let cursor = ''; users.length < count && cursor !== null; ) {
    const page = await api('GET', `/tenants/${tenant}/users?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    users.push(...page.items.filter((user) => user.account_enabled !== false));
    cursor = page.next_cursor;
  }
  return users.slice(0, count).map((user) => user.id);
}

// Locks these users out, now or at `at` (ms); their offboardings' ids.
export async function lockOut(tenant, users, at) {
  const schedule = at ? { at: new Date(at).toISOString().slice(0, 19), time_zone: 'UTC' } : null;
  const answer = await api('POST', '/offboardings', { tenant, users, options: LOCKOUT, acknowledged_warnings: ['*'], schedule });
  return answer.offboardings.map((one) => one.id);
}

export async function ended(id) {
  for (;;) {
    const one = await api('GET', `/offboardings/${id}`);
    if (one.ended_at) {
      if (!one.status.startsWith('succeeded')) throw new Error(`${one.user_principal_name}: ${one.status}`);
      return one;
    }
    await sleep(20);
  }
}

export const line = (what, value) => console.log(`${what.padEnd(42)} ${value}`);
export const spread = (times) => {
  const sorted = times.toSorted((one, two) => one - two);
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(0)} ms (longest ${sorted.at(-1).toFixed(0)})`;
};
