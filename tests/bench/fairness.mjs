// By how much one tenant's bulk delays another tenant's single lockout: the same offboarding on the idle server, and while
// thousands of another tenant are queued. Takes the address and token from LASTDAY_URL and LASTDAY_TOKEN, the two tenants as
// its arguments; BENCH_BULK says how many.
const [, , bulkTenant, urgentTenant] = process.argv;
const BULK = Number(process.env.BENCH_BULK ?? 2000);
const SINGLES = 5;
const A_REQUEST = 50; // more would wait for a second person
const LOCKOUT = { disable_sign_in: true, reset_password: true, revoke_sessions: true };
const TARGET_MS = 2000;

async function api(method, path, body) {
  const answer = await fetch(`${process.env.LASTDAY_URL}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.LASTDAY_TOKEN}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 1000)}`), { answer: text });
  return JSON.parse(text);
}

async function usersOf(tenant, count) {
  const users = [];
  for (let cursor = ''; users.length < count && cursor !== null; ) {
    const page = await api('GET', `/tenants/${tenant}/users?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    users.push(...page.items.filter((user) => user.account_enabled !== false));
    cursor = page.next_cursor;
  }
  return users.slice(0, count).map((user) => user.id);
}

const offboard = (tenant, users, more = {}) => api('POST', '/offboardings', { tenant, users, options: LOCKOUT, acknowledged_warnings: ['*'], ...more });

// Several at the same time, as many clients do.
async function each(list, width, act) {
  const left = list.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const one of left) await act(one);
  }));
}

// From the click until the account is locked out, as whoever waits for it sees it.
async function single(user) {
  const begin = performance.now();
  const [{ id }] = (await offboard(urgentTenant, [user])).offboardings;
  for (;;) {
    const one = await api('GET', `/offboardings/${id}`);
    if (one.ended_at) {
      if (!one.status.startsWith('succeeded')) throw new Error(`${user}: ${one.status}`);
      return performance.now() - begin;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function singles(users) {
  const times = [];
  for (const user of users) times.push(await single(user));
  return times.sort((a, b) => a - b);
}

async function unfinished() {
  const text = await (await fetch(`${process.env.LASTDAY_URL}/metrics`, { headers: { authorization: `Bearer ${process.env.LASTDAY_TOKEN}` } })).text();
  const counts = [...text.matchAll(/^lastday_offboardings\{status="(?:planned|queued|running)"\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const ms = (times) => `${times[Math.floor(times.length / 2)].toFixed(0)} ms (longest ${times.at(-1).toFixed(0)})`;
const line = (what, value) => console.log(`${what.padEnd(42)} ${value}`);

const [first, ...urgent] = await usersOf(urgentTenant, 1 + 2 * SINGLES);
await single(first); // the connections and tokens are there
const idle = await singles(urgent.slice(0, SINGLES));
line('one lockout on the idle server', ms(idle));

const users = await usersOf(bulkTenant, BULK);
const requests = Array.from({ length: Math.ceil(users.length / A_REQUEST) }, (_, i) => users.slice(A_REQUEST * i, A_REQUEST * (i + 1)));
const schedule = { at: new Date(Date.now() + 24 * 3600_000).toISOString().slice(0, 19), time_zone: 'UTC' };
const ids = [];
await each(requests, 4, async (some) => ids.push(...(await offboard(bulkTenant, some, { schedule })).offboardings.map((one) => one.id)));
await each(ids, 16, (id) => api('POST', `/offboardings/${id}/run-now`));
const before = await unfinished();
const beside = await singles(urgent.slice(SINGLES));
const after = await unfinished();
line(`one lockout beside a bulk of ${ids.length}`, `${ms(beside)}, ${before} to ${after} of the bulk unfinished`);

const delay = beside.at(-1) - idle[Math.floor(SINGLES / 2)];
line('delayed by at most', `${delay.toFixed(0)} ms${delay < TARGET_MS ? '' : ` (more than ${TARGET_MS})`}`);
if (!after) throw new Error('the bulk had ended before: choose more with BENCH_BULK');
