// A world of its own for each test file: m365sim and lastday, the real programs, on free ports and in a folder that
// goes away. Tests ask the simulator's state, not the product, whether a promise holds.
import { spawn, execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { build, CLIENT_ID, CLIENT_SECRET, Simulator, until } from './simulator.mjs';

export { CLIENT_ID, CLIENT_SECRET, until };
export const lastday = join(build, 'lastday');

const run = promisify(execFile);

// A certificate for the application: SharePoint takes no secret.
async function makeCertificate(folder) {
  const [certificate, key] = [join(folder, 'app.pem'), join(folder, 'app.key')];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Lastday', '-keyout', key, '-out', certificate]);
  return { LASTDAY_APP_CERTIFICATE_FILE: certificate, LASTDAY_APP_CERTIFICATE_KEY_FILE: key };
}

export class World {
  static async make({ settings = {}, simulator = [], certificate = false } = {}) {
    const world = new World();
    world.folder = await mkdtemp(join(tmpdir(), 'lastday-world-'));
    const sim = (world.simulator = await Simulator.start(simulator));
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
      ...(certificate ? await makeCertificate(world.folder) : {}),
      ...settings,
    };
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

  async start() {
    this.log = '';
    this.child = spawn(lastday, ['serve'], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (text) => (this.log += text));
    this.url = await until('server', () => {
      if (this.child.exitCode !== null) throw new Error(`lastday ended with ${this.child.exitCode}: ${this.log}`);
      const line = this.log.split('\n').find((text) => text.includes('"event":"started"'));
      return line ? JSON.parse(line).url : null;
    });
    // The same address after a restart, as in life.
    this.env.LASTDAY_SERVER_LISTEN = new URL(this.url).host;
  }

  async stop(signal = 'SIGTERM') {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  }

  async close() {
    await this.stop();
    await this.simulator.stop();
    await rm(this.folder, { recursive: true, force: true });
    if (/AddressSanitizer|runtime error|LeakSanitizer/.test(this.log)) throw new Error(this.log.slice(-4000));
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
    return this.simulator.control(method, path, body);
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
          if (error.status) throw error;
          return null; // the server is away just now
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
