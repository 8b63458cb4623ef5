// A world of its own for each test file: m365sim and lastday, the real programs, on free ports and in a folder that
// goes away. Tests ask the simulator's state, not the product, whether a promise holds.
import { spawn, execFile } from 'node:child_process';
import { mkdtemp, rm, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Postgres } from './postgres.mjs';

const build = resolve(process.env.BUILD_DIR ?? join(import.meta.dirname ?? '.', '../../build-test'));
export const lastday = join(build, 'lastday');
const m365sim = join(build, 'm365sim');

export const CLIENT_ID = '11111111-aaaa-4aaa-8aaa-000000000001';
export const CLIENT_SECRET = 'sim-secret-Zx8~Q2+demo/=';

export async function until(what, check, timeout = 30_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await sleep(25);
  }
}

async function startSimulator(folder, extra = []) {
  const portFile = join(folder, 'sim.port');
  await rm(portFile, { force: true });
  const child = spawn(m365sim, ['--listen', '127.0.0.1:0', '--port-file', portFile, '--seed', 'small', ...extra], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = await until('simulator', async () => {
    if (child.exitCode !== null) throw new Error(`m365sim ended with ${child.exitCode}`);
    if (!existsSync(portFile)) return null;
    return (await readFile(portFile, 'utf8')).split('\n')[0].trim() || null;
  });
  return { child, url };
}

// One lastday process.
export class Node {
  // prefix: a command that runs the command behind it.
  constructor(env, args = [], prefix = []) {
    this.env = env;
    this.command = [...prefix, lastday, 'serve', ...args];
    this.log = '';
    this.allLogs = '';
  }

  // Returns when it serves, or with waits false at once.
  async start({ waits = true } = {}) {
    this.log = '';
    this.child = spawn(this.command[0], this.command.slice(1), { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (text) => {
      this.log += text;
      this.allLogs += text;
    });
    if (!waits) return;
    this.url = await until('server', () => {
      if (this.gone) throw new Error(`lastday ended with ${this.child.exitCode}: ${this.log}`);
      const line = this.log.split('\n').find((text) => text.includes('"event":"started"'));
      return line ? JSON.parse(line).url : null;
    });
    // The same address after a restart, as in life.
    this.env.LASTDAY_SERVER_LISTEN = new URL(this.url).host;
  }

  get gone() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async stop(signal = 'SIGTERM') {
    if (!this.child || this.gone) return;
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.kill(signal);
    await gone;
  }

  events(name) {
    return this.allLogs
      .split('\n')
      .filter((line) => line.includes(`"event":"${name}"`))
      .map((line) => JSON.parse(line));
  }

  checkLog() {
    if (/AddressSanitizer|runtime error|LeakSanitizer/.test(this.allLogs)) throw new Error(this.allLogs.slice(-4000));
  }
}

export class World {
  // store: 'sqlite', 'postgresql' or 'external' (settings say which); LASTDAY_TEST_STORE decides where a test does not care.
  static async make({ settings = {}, simulator = [], store = process.env.LASTDAY_TEST_STORE ?? 'sqlite', prefix = [] } = {}) {
    const world = new World();
    world.nodes = [];
    world.folder = await mkdtemp(join(tmpdir(), 'lastday-world-'));
    const sim = await startSimulator(world.folder, simulator);
    world.simChild = sim.child;
    world.simUrl = sim.url;
    world.env = {
      ...process.env,
      LASTDAY_SERVER_DATA_DIR: join(world.folder, 'data'),
      LASTDAY_SERVER_LISTEN: '127.0.0.1:0',
      LASTDAY_MICROSOFT_LOGIN_URL: `${sim.url}/login`,
      LASTDAY_MICROSOFT_GRAPH_URL: `${sim.url}/graph`,
      LASTDAY_MICROSOFT_EXCHANGE_URL: `${sim.url}/exchange`,
      LASTDAY_MICROSOFT_SHAREPOINT_URL: `${sim.url}/sharepoint`,
      LASTDAY_APP_CLIENT_ID: CLIENT_ID,
      LASTDAY_APP_CLIENT_SECRET: CLIENT_SECRET,
      LASTDAY_ENGINE_WORKERS: '8',
      LASTDAY_LOGGING_FORMAT: 'json',
      HOME: world.folder,
      ...(await world.storeSettings(store)),
      ...settings,
    };
    world.main = new Node(world.env, [], prefix);
    await world.start();
    world.token = (await world.run(['admin', 'token-create', '--name', 'tests', '--role', 'admin'])).stdout.trim();
    const tenants = await world.tenants();
    world.tenant = tenants[0];
    for (const tenant of tenants)
      await world.api('POST', '/tenants', {
        tenant_id: tenant.id,
        default_domain: tenant.default_domain,
        display_name: tenant.display_name,
      });
    return world;
  }

  // Several nodes need one store and one master key.
  async storeSettings(store) {
    if (store === 'sqlite') return {};
    if (store === 'postgresql') this.postgres = await Postgres.start();
    return {
      ...(this.postgres ? { LASTDAY_STORE_URL: await this.postgres.database('lastday') } : {}),
      LASTDAY_SECRETS_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      LASTDAY_ENGINE_NODE_NAME: 'main',
    };
  }

  // Another node on the same store, not started yet.
  node(name, { args = [], settings = {} } = {}) {
    const node = new Node(
      {
        ...this.env,
        LASTDAY_SERVER_DATA_DIR: join(this.folder, name),
        LASTDAY_SERVER_LISTEN: '127.0.0.1:0',
        LASTDAY_ENGINE_NODE_NAME: name,
        ...settings,
      },
      args,
    );
    this.nodes.push(node);
    return node;
  }

  async start() {
    this.main.env = this.env; // a test may have replaced it
    await this.main.start();
    this.url = this.main.url;
  }

  get child() {
    return this.main.child;
  }

  get log() {
    return this.main.log;
  }

  async stop(signal = 'SIGTERM') {
    await this.main.stop(signal);
  }

  async close() {
    for (const node of [...this.nodes, this.main]) await node.stop();
    this.simChild.kill('SIGTERM');
    await this.postgres?.remove();
    await rm(this.folder, { recursive: true, force: true });
    for (const node of [...this.nodes, this.main]) node.checkLog();
  }

  // The command line, as a user calls it.
  run(args, { input = '' } = {}) {
    return new Promise((done) => {
      const child = execFile(
        lastday,
        args,
        { env: { ...this.env, LASTDAY_URL: this.url, LASTDAY_TOKEN: this.token ?? '' }, maxBuffer: 1 << 26 },
        (error, stdout, stderr) => done({ code: error ? (error.code ?? 1) : 0, stdout, stderr }),
      );
      child.stdin.end(input);
    });
  }

  async raw(method, path, body, headers = {}) {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async api(method, path, body, headers) {
    const answer = await this.raw(method, path, body, headers);
    const text = await answer.text();
    if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), { status: answer.status, text });
    return text ? JSON.parse(text) : null;
  }

  async sim(method, path, body) {
    const answer = await fetch(`${this.simUrl}/_sim${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`_sim ${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async state() {
    return this.sim('GET', '/state');
  }

  async tenants() {
    return Object.values((await this.state()).tenants);
  }

  // One user of the first tenant as the simulator has it now: { user, manager, groups, mailbox, site }. Unlike the
  // whole state it costs the same in a tenant of any size.
  async look(user = `adele.vance@${this.tenant.default_domain}`) {
    return this.sim('GET', `/state?tenant=${this.tenant.id}&user=${encodeURIComponent(user)}`);
  }

  // Everything of the first tenant.
  async whole() {
    return this.sim('GET', `/state?tenant=${this.tenant.id}`);
  }

  // Requests that the simulator received for one service, newest last.
  async requests(service) {
    const all = await this.sim('GET', '/requests');
    const list = Array.isArray(all) ? all : (all.requests ?? all.value ?? all.items);
    return service ? list.filter((one) => one.path.startsWith(`/${service}`)) : list;
  }

  async finished(id, timeout = 60_000) {
    return until(
      `offboarding ${id}`,
      async () => {
        try {
          const one = await this.api('GET', `/offboardings/${id}`);
          return one.ended_at ? one : null;
        } catch (error) {
          if (error.status && error.status !== 503) throw error;
          return null; // the server or its store is away just now
        }
      },
      timeout,
    );
  }

  async offboard(user, options, more = {}) {
    const answer = await this.api('POST', '/offboardings', {
      tenant: this.tenant.default_domain,
      users: [user],
      options,
      acknowledged_warnings: ['*'],
      ...more,
    });
    return answer.offboardings[0];
  }
}

// Everything of this version that goes together.
export const ALL = {
  disable_sign_in: true,
  reset_password: true,
  revoke_sessions: true,
  convert_to_shared: true,
  hide_from_gal: true,
  set_out_of_office: {
    message_html: '<p>%displayname% has left <strong>%tenantname%</strong>. Write to %manageremail%.</p>',
    audience: 'all',
  },
  forward_email: { to: 'manager', keep_copy: true },
  remove_from_groups: true,
  remove_licenses: true,
  grant_mailbox_access: { users: ['manager'] },
};
