// All of it at once: three nodes of which one is killed every few seconds, a database that drops connections, and services of
// which three in ten answers are wrong. FAULTS=long: 200 offboardings instead of 8.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dice } from '../support/dice.mjs';
import { each } from '../support/each.mjs';
import { Stage } from './stage.mjs';

const RUNS = process.env.FAULTS === 'long' ? 200 : 8;
const AT_ONCE = 8;
const KILL_MS = 4000;
const CUT_MS = 1700;
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres' AND random() < 0.3`;

class Cluster extends Stage {
  kills = 0;
  cuts = 0;
  died = []; // by themselves: what they said

  // One node that people talk to, which lives, and three that work.
  async spread() {
    const { world } = this;
    await world.stop();
    const web = (this.web = world.node('web', { args: ['--role', 'web'] }));
    this.workers = ['first', 'second', 'third'].map((name) => world.node(name, { args: ['--role', 'worker'] }));
    await Promise.all([web, ...this.workers].map((node) => node.start()));
    world.url = web.url;
  }

  async killing(signal) {
    for (let turn = 0; ; turn++) {
      await sleep(KILL_MS);
      if (signal.aborted) return;
      const victim = this.workers[turn % this.workers.length];
      this.lookAt(victim);
      await victim.stop('SIGKILL');
      this.kills++;
      await victim.start();
    }
  }

  lookAt(node) {
    if (node.gone) this.died.push(node.log.slice(-3000));
  }

  async cutting(signal) {
    for (; !signal.aborted; this.cuts++) {
      await sleep(CUT_MS);
      await this.world.postgres.query(CUT);
    }
  }

  async begin(about) {
    return Object.assign(await super.begin(about), { killsBefore: this.kills });
  }

  async judge(run) {
    run.again += this.kills - run.killsBefore;
    await super.judge(run);
  }

  // Others do that.
  revive() {
    return sleep(60);
  }
}

test('three nodes that are killed, a database that drops them, and wrong answers', { timeout: (60 + 30 * RUNS) * 1000 }, async () => {
  const cluster = await Cluster.make('postgresql', { Breaker: null });
  try {
    await cluster.restart({ LASTDAY_ENGINE_WORKERS: '12', LASTDAY_ENGINE_LEASE_SECONDS: '5' });
    await cluster.undisturbed();
    await cluster.spread();
    const over = new AbortController();
    const breaking = Promise.all([cluster.killing(over.signal), cluster.cutting(over.signal)]);
    const random = dice(1);
    await each(Array(RUNS).fill({ row: 'together' }), AT_ONCE, (about) => cluster.stormy(about, random));
    over.abort();
    await breaking;
    await cluster.told();
    const { runs, kills, cuts } = cluster;
    console.log(`# ${RUNS} offboardings, ${kills} kills, connections cut ${cuts} times, ${runs.filter((run) => run.gaveUp).length} gave something up`);
    assert.ok(kills > 0 && cuts > 0);
    for (const node of [cluster.web, ...cluster.workers]) cluster.lookAt(node);
    assert.deepEqual(cluster.died, []);
    for (const run of runs) assert.deepEqual([run.lost ?? [], run.wrong, run.doubled].flat(), [], run.id);
  } finally {
    await cluster.close();
  }
});
