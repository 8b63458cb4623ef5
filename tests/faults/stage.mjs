// One store, one server and one simulator, and runs in them: each in a tenant of its own, followed to its end through the
// server's deaths, and judged by the simulator's state and log.
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { INDEXED } from '../support/exchange.mjs';
import { closeScanned, configure, deliveries, hooks, psas } from '../support/notify.mjs';
import { everything, EXTRA_GROUP } from '../support/tasks.mjs';
import { until, World } from '../support/world.mjs';
import { broken, changes, doubled } from './judge.mjs';
import { FAULTS } from './kinds.mjs';
import { Points } from './points.mjs';
import { Mould } from './tenant.mjs';

const RUN_MS = 180_000; // a run that has not ended by then is lost
const STORM_SHARE = 15; // of a hundred, of the requests and of their parts: together three in ten
const STORM_CALLS = 600; // more than a run makes
const ONE_STATEMENT_IN = 50;
const CUT_IN_A_ROW = 24; // more than a transaction repeats itself
const [WHOLES, PARTS] = [true, false].map((whole) => Object.values(FAULTS).filter((fault) => Boolean(fault.whole) === whole));
const EVENTS = ['finished', 'finished_with_warnings', 'failed'];

// What is asked of a server that may be dead just now.
const quietly = (promise) => promise.catch((error) => {
  if (error.status && ![404, 503].includes(error.status)) throw error;
  return null;
});

export class Stage {
  // program: another than that of the tests' build. Breaker: what makes it fail; null: nothing does.
  static async make(store, { program, Breaker = Points } = {}) {
    const stage = new this();
    stage.store = store;
    stage.runs = [];
    stage.world = await World.make({
      store,
      prefix: program ? ['sh', '-c', 'shift; exec "$0" "$@"', program] : [],
      certificate: true,
      tenants: 0,
      settings: { ...INDEXED, LASTDAY_NOTIFY_ALLOW_PRIVATE_ADDRESSES: 'yes', LASTDAY_ENGINE_WORKERS: '1' },
      prepare: async (world) => {
        stage.mould = await Mould.of(world);
        const first = stage.mould.make();
        await world.sim('PUT', '/state', { tenants: { [first.id]: first.state }, operations: {} });
      },
    });
    const { world } = stage;
    stage.breaker = Breaker && new Breaker(join(world.folder, 'breaker'));
    EXTRA_GROUP.id = stage.mould.spare;
    await world.sim('PUT', '/timing', { conversion_ms: 0, settle_ms: 0, operation_ms: 0 });
    await configure(world, {
      webhooks: [hooks.generic(world, { events: EVENTS, private: true })],
      psa: psas.halopsa(world, { events: EVENTS }),
    });
    if (stage.breaker) await stage.restart(stage.breaker.settings);
    return stage;
  }

  async restart(settings) {
    await this.world.stop();
    Object.assign(this.world.env, settings);
    await this.world.start();
  }

  // A tenant whose permission index is whole; nothing of it is under way.
  async tenant() {
    const { world, mould } = this;
    const tenant = mould.make();
    await world.sim('PUT', `/state?tenant=${tenant.id}`, tenant.state);
    await world.api('POST', '/tenants', { tenant_id: tenant.id, default_domain: tenant.domain, display_name: tenant.domain });
    await until(`the index of ${tenant.id}`, async () =>
      (await quietly(world.api('GET', `/tenants/${tenant.id}`)))?.permission_index.status === 'complete');
    return tenant;
  }

  look(tenant) {
    return this.world.sim('GET', `/state?tenant=${tenant.id}&user=${this.mould.leaver}`);
  }

  async log(tenant, since) {
    return (await this.world.sim('GET', `/requests?tenant=${tenant.id}&since=${since}`)).items;
  }

  // A new run, about to be asked for.
  async begin(about) {
    const tenant = await this.tenant();
    const { last_id: since } = await this.world.sim('GET', '/requests?since=999999999');
    const run = { about, store: this.store, tenant, since, before: await this.look(tenant), kills: 0, again: 0, refused: [] };
    run.until = Date.now() + RUN_MS;
    this.runs.push(run);
    return run;
  }

  // Asked for once more with the same key as long as nobody answers or the first is at work, as a client does. It may also
  // be refused, for a fault that was met while the request was looked at; then a person asks anew.
  async ask(run) {
    const { world } = this;
    const body = { tenant: run.tenant.id, users: [this.mould.leaver], options: run.tenant.localized(everything()), acknowledged_warnings: ['*'] };
    while (!run.id && Date.now() < run.until) {
      const key = `run-${run.tenant.id}-${run.refused.length}`;
      const answer = await quietly(world.api('POST', '/offboardings', body, { 'idempotency-key': key })).catch((error) => {
        const { code, detail } = JSON.parse(error.text);
        if ((run.kills || run.lossy) && code === 'idempotency_key_in_use') return;
        if (run.kills || !run.again) throw error;
        run.refused.push(detail);
      });
      run.id = answer?.offboardings[0].id;
      if (!run.id) await this.revive(run);
    }
  }

  // Starts the server again if it was killed; waits a little if not.
  async revive(run) {
    const { world } = this;
    if (world.main.gone) {
      const signal = world.child.signalCode;
      if (!(run.endsBy ?? ['SIGKILL']).includes(signal)) throw new Error(`the server ended by itself, by ${signal}: ${world.log.slice(-2000)}`);
      run.kills++;
      await world.start();
    } else await sleep(60);
  }

  // Until the run has ended and everybody who wants to know was told, or its time is up.
  async follow(run) {
    const { world } = this;
    while (run.id && Date.now() < run.until) {
      const one = await quietly(world.api('GET', `/offboardings/${run.id}`));
      if (one?.ended_at) {
        const told = await quietly(deliveries(world, `&offboarding=${run.id}`));
        if (told?.length === 2 && told.every((delivery) => delivery.status === 'delivered')) {
          run.done = one;
          return;
        }
      }
      await this.revive(run);
    }
  }

  async judge(run) {
    const { tenant } = run;
    const [after, log] = [await this.look(tenant), await this.log(tenant, run.since)];
    run.calls = log.length;
    if (!run.done) {
      const one = run.id && (await quietly(this.world.api('GET', `/offboardings/${run.id}`)));
      const open = one?.tasks.filter((task) => !task.ended_at).map((task) => `${task.id} ${task.status} ${task.reason ?? ''}`);
      run.lost = `not ended after ${RUN_MS / 1000} s, ${one?.status ?? 'not accepted'}: ${open?.join(', ')}`;
      return;
    }
    const [was, is, sent, done] = [run.before, after, log, run.done].map(tenant.neutral);
    run.wrong = broken({ before: was, after: is, done, manager: this.mould.manager, mayGiveUp: run.mayGiveUp });
    const failed = done.tasks.filter((task) => task.error);
    run.gaveUp = failed.length;
    if (!run.mayGiveUp && !/^succeeded/.test(done.status))
      run.wrong.push(`it ended ${done.status}: ${failed.map((task) => `${task.id}: ${task.error.message}`).join('; ')}`);
    this.reference ??= changes(sent);
    run.doubled = doubled({ after: is, log: sent, reference: this.reference, again: run.kills + run.again });
  }

  // Nothing goes wrong: what the breaker meets on the way, and what is changed.
  async undisturbed() {
    const run = await this.begin({ row: 'undisturbed' });
    this.breaker?.clear();
    await this.ask(run);
    await this.follow(run);
    await this.judge(run);
    return this.breaker?.met();
  }

  // Killed at the nth point of a kind.
  async killed(about) {
    const run = await this.begin(about);
    this.breaker.clear();
    this.breaker.arm(about.kind, about.nth);
    await this.ask(run);
    await this.follow(run);
    this.breaker.disarm();
    run.met = this.breaker.met().find((one) => one.killed);
    if (!run.met) run.unmet = true;
    await this.judge(run);
  }

  // Killed again and again while it takes up what it held: at random, 1 to 50 ms after it serves, or while it starts.
  async restarted(about, times, random) {
    const { world } = this;
    for (let left = times; left > 0; ) {
      const run = await this.begin(about);
      await world.sim('PUT', '/latency', { graph: 20, exchange: 20 });
      await this.ask(run);
      for (let k = 0; k < Math.min(8, times) && left > 0; k++, left--) {
        await sleep(1 + random(50));
        await world.stop('SIGKILL');
        run.kills++;
        if (random(2)) {
          await world.main.start({ waits: false });
          await sleep(1 + random(600));
          await world.stop('SIGKILL');
        }
        await world.start();
      }
      await world.sim('PUT', '/latency', {});
      await this.follow(run);
      await this.judge(run);
    }
  }

  // The nth allocation of memory fails. SIGTRAP is how GLib ends a process.
  async starved(about) {
    const run = await this.begin(about);
    Object.assign(run, { again: 1, endsBy: ['SIGABRT', 'SIGTRAP'] });
    this.breaker.arm(about.nth);
    await this.ask(run);
    await this.follow(run);
    this.breaker.disarm();
    await this.judge(run);
  }

  // Statements lose their connection to PostgreSQL throughout the run.
  async disconnected(about) {
    const run = await this.begin(about);
    run.lossy = true;
    const before = this.breaker.lost;
    this.breaker.lose(ONE_STATEMENT_IN, CUT_IN_A_ROW);
    await this.ask(run);
    await this.follow(run);
    this.breaker.lose(0);
    run.cuts = this.breaker.lost - before;
    run.unmet = !run.cuts;
    run.again = run.cuts / CUT_IN_A_ROW; // what cannot be recorded after all those tries is done once more
    await this.judge(run);
  }

  // How many calls a run makes that a fault of each kind can meet.
  async counted() {
    const run = await this.begin({ row: 'undisturbed' });
    const never = { tenant: run.tenant.id, nth: 1_000_000 };
    await this.world.sim('POST', '/faults', [never, { ...never, whole: true }]);
    await this.ask(run);
    await this.follow(run);
    await this.judge(run);
    const rules = (await this.world.sim('GET', '/faults')).filter((one) => one.tenant === run.tenant.id);
    await this.world.sim('DELETE', `/faults?tenant=${run.tenant.id}`);
    return Object.fromEntries(Object.entries(FAULTS).map(([row, fault]) => [row, rules.find((rule) => Boolean(rule.whole) === Boolean(fault.whole)).hits]));
  }

  // The nth call of the run fails in some way.
  async failed(about) {
    const run = await this.begin(about);
    run.again = 1;
    await this.world.sim('POST', '/faults', { tenant: run.tenant.id, nth: about.nth, ...FAULTS[about.row] });
    await this.ask(run);
    await this.follow(run);
    const [rule] = (await this.world.sim('GET', '/faults')).filter((one) => one.tenant === run.tenant.id);
    await this.world.sim('DELETE', `/faults?tenant=${run.tenant.id}`);
    run.met = rule.fired ? { what: rule.met } : undefined;
    run.unmet = !rule.fired;
    run.points = rule.hits;
    await this.judge(run);
  }

  // Three in ten of the run's requests and parts of batches fail, each in some way. Tasks may give up, if they say why.
  async stormy(about, random) {
    const run = await this.begin(about);
    run.again = 1;
    run.mayGiveUp = true;
    const rules = Array.from({ length: STORM_CALLS }, (_, i) => i + 1).flatMap((nth) =>
      [PARTS, WHOLES].flatMap((kinds) => (random(100) < STORM_SHARE ? [{ tenant: run.tenant.id, nth, ...kinds[random(kinds.length)] }] : [])));
    await this.world.sim('POST', '/faults', rules);
    await this.ask(run);
    await this.follow(run);
    const fired = (await this.world.sim('GET', '/faults')).filter((rule) => rule.tenant === run.tenant.id && rule.fired);
    await this.world.sim('DELETE', `/faults?tenant=${run.tenant.id}`);
    run.storm = fired.length;
    run.again = fired.filter((rule) => rule.after_effect || (rule.close && rule.close !== 'before')).length;
    await this.judge(run);
  }

  // Asked once, for all runs: every one was told of once, and has one ticket.
  async told() {
    const { generic = [], halopsa } = (await this.world.sim('GET', '/sinks')).sinks ?? {};
    const tickets = Object.values(halopsa?.tickets ?? {}).map((ticket) => ticket.summary);
    for (const run of this.runs.filter((one) => one.done)) {
      const messages = new Set(generic.filter((one) => one.body.data.id === run.id).map((one) => one['webhook-id']));
      const mine = tickets.filter((summary) => summary.includes(run.id.slice(-12))).length;
      if (messages.size !== 1) run.doubled.push(`${messages.size} messages of different ids`);
      if (mine !== 1) run.doubled.push(`${mine} tickets`);
    }
  }

  async close() {
    const passwords = new Set();
    for (const run of this.runs.slice(-200)) for (const one of (await this.look(run.tenant)).user._passwords ?? []) passwords.add(one);
    await closeScanned(this.world, { more: [...passwords] });
  }
}
