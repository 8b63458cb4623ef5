// The harness: the real programs against the simulator, broken at every point in turn, on both stores. After each, the
// simulator tells whether the final state is the promise and whether something was done twice.
//
//   FAULTS=long        every point instead of an evenly spread sample
//   FAULTS_SEED=N      the seed of the random part (F06)
//   FAULTS_STORES=…    sqlite,postgresql
//   FAULTS_MINUTES=N   as many as are met in that time, half of it for the kills; in an order that the seed gives
//   FAULTS_STORMS=N    runs of which three in ten answers are wrong, in each store
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { dice } from '../support/dice.mjs';
import { each } from '../support/each.mjs';
import { FAULT_KINDS } from './kinds.mjs';
import { Stage } from './stage.mjs';

const LONG = process.env.FAULTS === 'long';
const SEED = Number(process.env.FAULTS_SEED ?? 4711);
const STORES = (process.env.FAULTS_STORES ?? 'sqlite,postgresql').split(',');
const SHORT = { kills: 24, calls: 64, restarts: 8, storms: 4, cuts: 4 }; // of each store
const RESTARTS = LONG ? 500 : SHORT.restarts;
const CUTS = LONG ? 60 : SHORT.cuts;
const STORMS = Number(process.env.FAULTS_STORMS ?? (LONG ? 200 : SHORT.storms));
const MINUTES = Number(process.env.FAULTS_MINUTES ?? Infinity);
const BEGAN = Date.now();
const AT_ONCE = 8;
const TIMEOUT = (LONG ? 90 : 10) * 60_000 + STORMS * 5000;

const KILLED = 'f06_killed_again_and_again_while_it_recovers';
const STORM = 'r8_three_in_ten_answers_are_wrong';
const CUT = 'f20_statements_lose_their_connection'; // of PostgreSQL alone
// Which row of the catalogue a point where the server is killed belongs to.
const CRASHES = [
  'f01_killed_before_a_commit',
  'f02_killed_after_a_commit_before_the_call',
  'f03_killed_after_the_effect_before_the_answer',
  'f04_killed_after_the_answer_before_the_commit',
  'f05_killed_around_a_message',
];
function rowOf(trace, index) {
  const { kind, what } = trace[index];
  if (what.includes(' /sink/') || (kind === 'answer' && trace.slice(0, index).findLast((one) => one.kind === 'send').what.includes(' /sink/')))
    return CRASHES[4];
  if (kind === 'answer') return CRASHES[2];
  if (kind !== 'commit') return CRASHES[1];
  return trace[index - 1]?.kind === 'answer' ? CRASHES[3] : CRASHES[0];
}

// The points on a trace: [{row, kind, nth}], in the order in which they are met.
function crashPoints(trace) {
  const met = {};
  return trace.map(({ kind }, index) => ({ row: rowOf(trace, index), kind, nth: (met[kind] = (met[kind] ?? 0) + 1) }));
}

// `count` of them, evenly spread over each row, so that none is left out. What is taken is the same each time.
function sample(points, count) {
  if (LONG) return shuffled(points, dice(SEED));
  const rows = byRow(points);
  const share = Math.max(1, Math.floor(count / rows.size));
  return [...rows.values()].flatMap((all) => {
    const taken = Math.min(share, all.length);
    return Array.from({ length: taken }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / taken)]);
  });
}

function shuffled(points, random) {
  const order = [...points];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

function byRow(points) {
  const rows = new Map();
  for (const one of points) rows.set(one.row, [...(rows.get(one.row) ?? []), one]);
  return rows;
}

const report = { seed: SEED, long: LONG, stores: {} };
const stages = [];

// In each store: killed at each point; restarted at random; then calls that fail, one of a run and many, several runs at a time.
async function harness(store) {
  const stage = await Stage.make(store);
  stages.push(stage);
  const points = crashPoints(await stage.undisturbed());
  const kills = sample(points, SHORT.kills);
  const timeLeft = (share) => Date.now() - BEGAN < share * MINUTES * 60_000;
  const counts = (report.stores[store] = { points: points.length, broken: 0, restarts: RESTARTS });
  for (; counts.broken < kills.length && timeLeft(0.5); counts.broken++) await stage.killed(kills[counts.broken]);
  await stage.restarted({ row: KILLED }, RESTARTS, dice(SEED));
  if (store === 'postgresql') for (let i = 0; i < CUTS && timeLeft(0.6); i++) await stage.disconnected({ row: CUT });
  await stage.restart({ LASTDAY_ENGINE_WORKERS: '32' });
  const counted = await stage.counted();
  const all = FAULT_KINDS.flatMap((row) => Array.from({ length: counted[row] }, (_, i) => ({ row, nth: i + 1 })));
  const calls = sample(all, SHORT.calls);
  counts.points += all.length;
  await each(calls, AT_ONCE, async (about) => {
    if (!timeLeft(1)) return;
    await stage.failed(about);
    counts.broken++;
  });
  const random = dice(SEED);
  await each(Array(STORMS).fill({ row: STORM }), AT_ONCE, (about) => timeLeft(1) && stage.stormy(about, random));
  await stage.told();
}

const rowsOf = (store) => [...CRASHES, KILLED, ...(store === 'postgresql' ? [CUT] : []), ...FAULT_KINDS, STORM];

function complaints(run) {
  const where = `${run.about.row} ${run.about.kind ?? 'call'} ${run.about.nth ?? ''} (${run.met?.what ?? 'not met'})`;
  return [run.lost && `lost: ${run.lost}`, ...(run.wrong ?? []), ...(run.doubled ?? [])].filter(Boolean).map((words) => `${where}: ${words}`);
}

function sum(runs) {
  const count = (has) => runs.filter(has).length;
  return {
    runs: runs.length,
    unmet: count((run) => run.unmet),
    kills: runs.reduce((all, run) => all + run.kills, 0),
    cuts: runs.reduce((all, run) => all + (run.cuts ?? 0), 0),
    refused: count((run) => run.refused.length > 0),
    lost: count((run) => run.lost),
    doubled: count((run) => run.doubled?.length > 0),
    wrong: count((run) => run.wrong?.length > 0),
  };
}

test('the server is broken at its points', { timeout: TIMEOUT }, async () => {
  const ended = await Promise.allSettled(STORES.map(harness));
  mkdirSync('artifacts', { recursive: true });
  for (const stage of stages) {
    const { store, runs } = stage;
    const all = (report.stores[store] = { ...report.stores[store], ...sum(runs) });
    all.rows = Object.fromEntries(rowsOf(store).map((row) => [row, sum(runs.filter((run) => run.about.row === row))]));
    all.complaints = runs.flatMap(complaints);
    console.log(
      `# ${store}: ${all.broken} of ${all.points} points broken, ${all.runs} runs, ${all.kills} kills, ${all.cuts} connections lost, ${all.unmet} not met, ` +
        `${all.refused} asked anew; lost ${all.lost}, doubled ${all.doubled}, wrong state ${all.wrong}`,
    );
    for (const words of all.complaints) console.log(`#   ${words}`);
  }
  writeFileSync('artifacts/faults.json', `${JSON.stringify(report, null, 1)}\n`);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
});

for (const store of STORES)
  for (const row of rowsOf(store))
    test(`${row} (${store})`, (t) => {
      const runs = (stages.find((stage) => stage.store === store)?.runs ?? []).filter((run) => run.about.row === row);
      if (!runs.length && MINUTES < Infinity) return t.skip('the time was over');
      assert.ok(runs.some((run) => !run.unmet), 'it happened');
      assert.deepEqual(runs.flatMap(complaints), []);
    });

after(async () => {
  for (const stage of stages) await stage.close();
});
