// How late planned offboardings start: one a second, a few seconds ahead. Takes the tenant as its argument.
import { ended, line, lockOut, spread, usersOf } from './client.mjs';

const [, , tenant] = process.argv;
const COUNT = 20;
const AHEAD_MS = 10_000;
const PROMISED_MS = 1000;

const users = (await usersOf(tenant, 40)).slice(-COUNT);
const first = Math.ceil(Date.now() / 1000) * 1000 + AHEAD_MS;
const ids = [];
for (const [i, user] of users.entries()) ids.push(...(await lockOut(tenant, [user], first + 1000 * i)));
const late = [];
for (const id of ids) {
  const one = await ended(id);
  late.push(Date.parse(one.started_at) - Date.parse(one.scheduled_at));
}
line(`${late.length} planned ones start late by`, spread(late));
if (late.some((ms) => ms < 0 || ms >= PROMISED_MS)) throw new Error(`not within ${PROMISED_MS} ms after their time: ${late}`);
