// A ticket per offboarding in each PSA, mapped to the tenant's company, noted on as it goes, closed by outcome; found
// again before another is made.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeScanned, configure, deliveries, leaver, notifyWorld, psas, settled, sinks } from '../support/notify.mjs';
import { until } from '../support/world.mjs';

let world;
before(async () => {
  world = await notifyWorld();
});
after(() => closeScanned(world));

const facts = {
  halopsa: { company: 13, companyOf: (one) => one.client_id, title: (one) => one.summary, closed: (one) => one.status_id === 9, note: (one) => one.note_html },
  connectwise: { company: 251, companyOf: (one) => one.company.id, title: (one) => one.summary, closed: (one) => one.status.name === 'Closed', note: (one) => one.text },
  autotask: { company: 176, companyOf: (one) => one.companyID, title: (one) => one.title, closed: (one) => one.status === 5, note: (one) => one.description },
};
const ticketsOf = async (kind, id) => Object.values((await sinks(world))[kind]?.tickets ?? {}).filter((one) => facts[kind].title(one).includes(id.slice(-12)));

async function mapTenant(company) {
  const got = await world.raw('GET', `/tenants/${world.tenant.id}/defaults`);
  const body = await got.json();
  body.notify = { ...body.notify, psa_company: company };
  await world.api('PUT', `/tenants/${world.tenant.id}/defaults`, body, { 'if-match': got.headers.get('etag') });
}

for (const [kind, fact] of Object.entries(facts)) {
  test(`${kind}: one ticket, the tenant's company, notes, closed when it finished`, async () => {
    await mapTenant(fact.company);
    await configure(world, { psa: psas[kind](world, { events: ['started', 'locked_out', 'finished', 'failed'] }) });
    const { id } = await world.offboard((await leaver(world)).id, { disable_sign_in: true, hide_from_gal: true }, { reference: 'a reference that is long enough to be cut in a title of one hundred characters' });
    await world.finished(id);
    await settled(world);
    const [ticket, ...more] = await ticketsOf(kind, id);
    assert.equal(more.length, 0);
    assert.equal(fact.companyOf(ticket), fact.company);
    assert.equal(ticket.notes.length, 2);
    assert.match(fact.note(ticket.notes[1]), /finished/i);
    assert.match(fact.note(ticket.notes[1]), /msg_/);
    assert.ok(fact.closed(ticket));
  });

  test(`${kind}: the answer to the making is lost, and there is still one ticket`, async () => {
    await world.sim('POST', '/faults', [{ service: 'sink', path: '*ickets', method: 'POST', close: 'after_effect', times: 1 }]);
    const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
    await world.finished(id);
    await until('the ticket was made', async () => (await ticketsOf(kind, id)).length === 1);
    await world.sim('DELETE', '/faults');
    await world.pass(10_000);
    await settled(world);
    assert.equal((await ticketsOf(kind, id)).length, 1);
    const [first] = (await deliveries(world, `&offboarding=${id}`)).filter((one) => one.event === 'started');
    assert.equal(first.attempts, 2);
  });

  test(`${kind}: a failed offboarding leaves its ticket open`, async () => {
    await world.sim('POST', '/faults', [{ service: 'exchange', cmdlet: 'Set-Mailbox', status: 403, body: { error: { code: 'Forbidden', message: 'No, not this mailbox.' } } }]);
    const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
    const done = await world.finished(id);
    await world.sim('DELETE', '/faults');
    assert.equal(done.status, 'failed');
    await settled(world);
    const [ticket] = await ticketsOf(kind, id);
    assert.ok(!fact.closed(ticket));
    assert.match(fact.note(ticket.notes.at(-1)), /not this mailbox/);
  });

  test(`${kind}: companies can be looked up; a test makes no ticket; wrong credentials are said`, async () => {
    const before = Object.keys((await sinks(world))[kind].tickets).length;
    const { items } = await world.api('GET', '/settings/notifications/companies?search=fab');
    assert.deepEqual(items, [{ id: fact.company, name: 'Fabrikam' }]);
    assert.equal((await world.api('POST', '/settings/notifications/test', { channel: 'psa' })).ok, true);
    const secret = { halopsa: 'client_secret', connectwise: 'private_key', autotask: 'password' }[kind];
    await configure(world, { psa: psas[kind](world, { [secret]: 'wrong-credential' }) });
    const bad = await world.api('POST', '/settings/notifications/test', { channel: 'psa' });
    assert.equal(bad.ok, false);
    assert.match(bad.message, /PSA answered 40[01]/);
    assert.equal(Object.keys((await sinks(world))[kind].tickets).length, before);
  });
}

test('a tenant that is mapped to no company waits with a sentence, and goes on once it is', async () => {
  await mapTenant(null);
  await configure(world, { psa: psas.halopsa(world, { default_company: null, events: ['finished'] }) });
  const { id } = await world.offboard((await leaver(world)).id, { hide_from_gal: true });
  await world.finished(id);
  const waiting = await until('it was tried', async () => (await deliveries(world, `&offboarding=${id}`)).find((one) => one.attempts > 0));
  const { attempts_made: made } = await world.api('GET', `/deliveries/${waiting.id}`);
  assert.equal(made[0].error.code, 'no_company');
  await mapTenant(12);
  await world.pass(10_000);
  await settled(world);
  assert.equal((await ticketsOf('halopsa', id)).length, 1);
});
