// A world of its own for each test file: m365sim and lastday, the real programs, on free ports and in a folder that
// goes away. Tests ask the simulator's state, not the product, whether a promise holds.
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { lastday, Node } from './node.mjs';
import { Postgres } from './postgres.mjs';
import { assertNoSecrets } from './secrets.mjs';
import { CLIENT_ID, CLIENT_SECRET, Simulator, until } from './simulator.mjs';

export { CLIENT_ID, CLIENT_SECRET, lastday, until };

// The server's Unix time, moved by a mapped file that only test builds read (src/base/clock.c).
class Clock {
  static async make(path) {
    const clock = new Clock();
    clock.path = path;
    clock.moved = [0n, 0n];
    clock.standsAt = 0;
    await writeFile(path, Buffer.alloc(24));
    return clock;
  }

  // In place, since the server has the file mapped, and at once, since a state in between would be another jump.
  async write() {
    const file = await open(this.path, 'r+');
    await file.write(Buffer.from(BigInt64Array.of(...this.moved, BigInt(this.standsAt)).buffer), 0, 24, 0);
    await file.close();
  }

  // Time passes.
  advance(ms) {
    this.moved[0] += BigInt(ms);
    return this.write();
  }

  // Somebody sets the clock.
  jump(ms) {
    this.moved[1] += BigInt(ms);
    return this.advance(ms);
  }

  // Time has passed until this moment, and stands still there.
  standAt(utc) {
    this.standsAt = utc;
    return this.write();
  }

  // It goes on from where it stands.
  async run() {
    this.moved[0] = BigInt(this.standsAt - Date.now());
    await this.standAt(0);
  }

  now() {
    return this.standsAt || Date.now() + Number(this.moved[0]);
  }
}

const run = promisify(execFile);

// A certificate for the application: SharePoint takes no secret.
async function makeCertificate(folder) {
  const [certificate, key] = [join(folder, 'app.pem'), join(folder, 'app.key')];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Lastday', '-keyout', key, '-out', certificate]);
  return { LASTDAY_APP_CERTIFICATE_FILE: certificate, LASTDAY_APP_CERTIFICATE_KEY_FILE: key };
}

export class World {
  // prepare(world) may change the simulator's state before the server knows of it; `tenants` of the sample tenants are
  // made known to the server, all when it is not given. store: 'sqlite', 'postgresql' or 'external' (settings say which);
  // LASTDAY_TEST_STORE decides where a test does not care. prefix: a command that runs the server's.
  static async make({
    settings = {},
    simulator = [],
    certificate = false,
    prepare,
    tenants: count,
    store = process.env.LASTDAY_TEST_STORE ?? 'sqlite',
    prefix = [],
  } = {}) {
    const world = new World();
    world.nodes = [];
    world.folder = await mkdtemp(join(tmpdir(), 'lastday-world-'));
    world.clock = await Clock.make(join(world.folder, 'clock'));
    const sim = (world.simulator = await Simulator.start(simulator));
    world.secret = CLIENT_SECRET;
    world.simUrl = sim.url;
    await prepare?.(world);
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
      // Off, so that a request log holds what a test asked for; tests about the permission index switch it on.
      LASTDAY_INDEX_ENABLED: 'no',
      HOME: world.folder,
      LSAN_OPTIONS: `suppressions=${fileURLToPath(new URL('../lsan.supp', import.meta.url))}:print_suppressions=0`,
      LASTDAY_TEST_CLOCK: world.clock.path,
      ...(certificate ? await makeCertificate(world.folder) : {}),
      ...(await world.storeSettings(store)),
      ...settings,
    };
    world.main = new Node(world.env, [], prefix);
    const tenants = await world.tenants();
    world.tenant = tenants[0];
    world.seed = await world.whole();
    await world.start();
    world.token = (await world.run(['admin', 'token-create', '--name', 'tests', '--role', 'admin'])).stdout.trim();
    for (const tenant of tenants.slice(0, count))
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

  // Of all nodes, from their first start on.
  get logs() {
    return [this.main, ...this.nodes].map((node) => node.allLogs).join('');
  }

  async stop(signal = 'SIGTERM') {
    await this.main.stop(signal);
  }

  // Looks for secrets in all that was stored, logged and sent (secrets.mjs), with those that the test adds.
  async close(more = {}) {
    for (const node of [...this.nodes, this.main]) await node.stop();
    const found = await assertNoSecrets(this, more).catch((error) => error); // the store is at rest, the simulator there
    await this.simulator.stop();
    await this.postgres?.remove();
    await rm(this.folder, { recursive: true, force: true });
    if (found instanceof Error) throw found;
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
      child.stdin.on('error', () => {}); // one that does not read may be gone already; its answer tells
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
    return this.simulator.control(method, path, body);
  }

  async state() {
    return this.sim('GET', '/state');
  }

  async tenants() {
    return (await this.sim('GET', '/tenants')).items;
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

  // Time passes for the server and for the simulator.
  async pass(ms) {
    await this.sim('POST', '/clock', { advance_ms: ms });
    await this.clock.advance(ms);
  }

  // It passes until that moment, and for the server stands still there: until world.clock.run().
  async standAt(utc) {
    const ms = Math.round(utc - this.clock.now());
    if (ms > 0) await this.sim('POST', '/clock', { advance_ms: ms });
    await this.clock.standAt(utc);
  }

  // Requests that the simulator received for one service, newest last.
  async requests(service) {
    const all = await this.sim('GET', '/requests');
    const list = Array.isArray(all) ? all : (all.requests ?? all.value ?? all.items);
    return service ? list.filter((one) => one.path.startsWith(`/${service}`)) : list;
  }

  async finished(id, timeout = 180_000) {
    let last;
    return until(
      `offboarding ${id}`,
      async () => {
        try {
          last = await this.api('GET', `/offboardings/${id}`);
          return last.ended_at ? last : null;
        } catch (error) {
          if (error.status && error.status !== 503) throw error;
          return null; // the server or its store is away just now
        }
      },
      timeout,
    ).catch((error) => {
      throw new Error(`${error.message}, but ${last?.status}: ${JSON.stringify(last?.tasks)}\n${this.log.slice(-2000)}`);
    });
  }

  // Changes something of the tenant's defaults, such as { protected_users }.
  async setDefaults(change) {
    const path = `/tenants/${this.tenant.id}/defaults`;
    const got = await this.raw('GET', path);
    return this.api('PUT', path, { ...(await got.json()), ...change }, { 'if-match': got.headers.get('etag') });
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
