// Every mistake gets one clear answer, and nothing is queued.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World } from '../support/world.mjs';

let world;
before(async () => {
  world = await World.make();
});
after(() => world.close());

const good = () => ({
  tenant: world.tenant.default_domain,
  users: [`adele.vance@${world.tenant.default_domain}`],
  options: { disable_sign_in: true },
  acknowledged_warnings: ['*'],
});

const cases = [
  ['malformed JSON', () => '{"tenant":', 400, null],
  ['no body fields', () => ({}), 422, null],
  ['an unknown tenant', () => ({ ...good(), tenant: 'nowhere.example' }), 422, '/tenant'],
  ['an unknown user', () => ({ ...good(), users: [`nobody@${world.tenant.default_domain}`] }), 422, '/users/0'],
  ['an unknown task', () => ({ ...good(), options: { fire: true } }), 422, '/options'],
  ['no task', () => ({ ...good(), options: {} }), 422, '/options'],
  ['a bad value', () => ({ ...good(), options: { forward_email: { to: 5 } } }), 422, '/options/forward_email/to'],
  [
    'conflicting options',
    () => ({ ...good(), options: { forward_email: { to: 'manager' }, disable_forwarding: true } }),
    422,
    '/options/disable_forwarding',
  ],
];

// The mailbox goes with the user; the two forwardings exclude each other.
const MAILBOX_TASKS = {
  convert_to_shared: true,
  forward_email: { to: 'manager' },
  set_out_of_office: { message_html: '<p>x</p>' },
  grant_mailbox_access: { users: ['manager'] },
  grant_mailbox_access_automap: { users: ['manager'] },
  grant_send_as: { users: ['manager'] },
  grant_send_on_behalf: { users: ['manager'] },
};
for (const [task, value] of Object.entries(MAILBOX_TASKS))
  cases.push([`conflicting: the deletion and ${task}`, () => ({ ...good(), options: { delete_user: true, [task]: value } }), 422, '/options/delete_user']);
cases.push(
  ['an unknown parameter', () => ({ ...good(), options: { disable_sign_in: { hard: true } } }), 422, '/options/disable_sign_in'],
  ['a parameter that is missing', () => ({ ...good(), options: { add_to_group: true } }), 422, '/options/add_to_group/group'],
  ['an empty list of people', () => ({ ...good(), options: { grant_send_as: { users: [] } } }), 422, '/options/grant_send_as/users'],
  ['tasks that are not chosen', () => ({ ...good(), options: { disable_sign_in: false, hide_from_gal: null } }), 422, '/options'],
  [
    'one person with both kinds of Full Access',
    () => ({ ...good(), options: { grant_mailbox_access: { users: ['manager'] }, grant_mailbox_access_automap: { users: ['manager'] } } }),
    422,
    '/options',
  ],
  ['no user', () => ({ ...good(), users: [] }), 422, '/users'],
);

for (const [what, body, status, pointer] of cases) {
  test(`${what} is refused`, async () => {
    const answer = await world.raw('POST', '/offboardings', body());
    const problem = await answer.json();
    assert.ok(answer.status === status || (answer.status === 409 && what.startsWith('conflict')), `${answer.status} ${JSON.stringify(problem)}`);
    assert.match(answer.headers.get('content-type'), /application\/problem\+json/);
    assert.ok(problem.title && problem.code && problem.detail);
    if (pointer)
      assert.ok(
        problem.errors.some((one) => one.pointer.startsWith(pointer) && one.message.length > 10),
        JSON.stringify(problem.errors),
      );
    assert.equal((await world.api('GET', '/offboardings')).items.length, 0);
  });
}

test('a body over the limit is 413, and whoever sends it gets to read so', async () => {
  const answer = await world.raw('POST', '/offboardings', JSON.stringify({ ...good(), reason: 'x'.repeat(2_000_000) }));
  assert.equal(answer.status, 413);
  assert.match((await answer.json()).detail, /1 MiB/);
});

test('without credentials it is 401, with a wrong password too', async () => {
  assert.equal((await fetch(`${world.url}/api/v1/tenants`)).status, 401);
  const answer = await world.raw('POST', '/session', { username: 'nobody', password: 'wrong' }, { authorization: '' });
  assert.equal(answer.status, 401);
});

test('the same key with another body is 422, with the same body the same answer', async () => {
  const headers = { 'idempotency-key': 'one-key' };
  const first = await world.api('POST', '/offboardings', good(), headers);
  const again = await world.api('POST', '/offboardings', good(), headers);
  assert.deepEqual(again, first);
  const other = await world.raw('POST', '/offboardings', { ...good(), reason: 'other' }, headers);
  assert.equal(other.status, 422);
  await world.finished(first.offboardings[0].id);
});

test('an upstream that is away fails the question with a sentence, not the server', async () => {
  world.simulator.child.kill('SIGSTOP');
  const answer = await world.raw('POST', `/tenants/${world.tenant.id}/users/adele.vance@${world.tenant.default_domain}/preflight`, { options: { hide_from_gal: true } });
  world.simulator.child.kill('SIGCONT');
  assert.ok([502, 503, 504].includes(answer.status), String(answer.status));
  assert.equal((await fetch(`${world.url}/healthz`)).status, 200);
});
