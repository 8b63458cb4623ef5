// Allocations fail, one after the other, in a server of the release build, since sanitizers have their own: it ends, or
// answers that it could not, and everything is as promised after its restart.
//
//   FAULTS=long        300 in each store, instead of 12
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from '../support/simulator.mjs';
import { Memory } from './memory.mjs';
import { Stage } from './stage.mjs';

const COUNT = process.env.FAULTS === 'long' ? 300 : 12;
const STORES = (process.env.FAULTS_STORES ?? 'sqlite,postgresql').split(',');

for (const store of STORES)
  test(`f35_an_allocation_fails (${store})`, { timeout: COUNT * 30_000 }, async () => {
    const stage = await Stage.make(store, { program: join(build, '..', 'build', 'lastday'), Breaker: Memory });
    try {
      const all = await stage.undisturbed();
      for (let i = 0; i < COUNT; i++) await stage.starved({ row: 'f35', nth: Math.floor((all * (i + 0.5)) / COUNT) });
      await stage.told();
      const kills = stage.runs.reduce((sum, run) => sum + run.kills, 0);
      console.log(`# ${store}: ${COUNT} of ${all} allocations failed, ${kills} times the server ended`);
      assert.ok(kills > 0);
      for (const run of stage.runs) assert.deepEqual([run.lost ?? [], run.wrong, run.doubled].flat(), [], `allocation ${run.about.nth}`);
    } finally {
      await stage.close();
    }
  });
