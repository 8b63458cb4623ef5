// What docs/simulator.md says of the simulator, asked of the simulator.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Simulator } from '../support/simulator.mjs';

const text = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
const section = (title) => text.split(/^#+ /m).find((one) => one.startsWith(title));
// The cells of a Markdown table, its head left out.
const rows = (title) => section(title).split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

let sim;
before(async () => {
  sim = await Simulator.start(['--seed', 'wide']);
});
after(() => sim.stop());

test('the cast is there', async () => {
  const [contoso] = (await sim.control('GET', '/tenants')).items;
  const names = [...rows('The cast').map(([cell]) => cell.replaceAll('`', '')), 'max.many@contoso.com'];
  assert.equal(names.length, 21);
  for (const name of names) {
    const { user } = await sim.control('GET', `/state?tenant=${contoso.id}&user=${encodeURIComponent(name)}`);
    assert.equal(user.userPrincipalName, name);
  }
});

test('the variants are those of the table, and can be flipped', async () => {
  const documented = Object.fromEntries(rows('Variants').map(([name, on, what]) => [name.replaceAll('`', ''), { on: on === 'yes', what }]));
  const real = await sim.control('GET', '/variants');
  assert.deepEqual(documented, real);
  for (const [name, { on }] of Object.entries(real)) {
    const flipped = await sim.control('PUT', '/variants', { [name]: !on });
    assert.equal(flipped[name].on, !on);
  }
});
