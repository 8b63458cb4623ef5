// A PostgreSQL server of a test's own, by tests/support/postgres.sh.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = new URL('postgres.sh', import.meta.url).pathname;
const run = promisify(execFile);

export class Postgres {
  // Options go into postgresql.conf: 'fsync = on'.
  static async start(...options) {
    const server = new Postgres();
    server.folder = await mkdtemp(join(tmpdir(), 'lastday-pg-'));
    server.url = await server.control('start', ...options);
    return server;
  }

  async standby() {
    const server = new Postgres();
    server.folder = await mkdtemp(join(tmpdir(), 'lastday-pg-'));
    server.url = (await run(script, ['standby', server.folder, this.folder])).stdout.trim();
    return server;
  }

  // stop, kill, restart, up, promote, remove
  async control(action, ...more) {
    return (await run(script, [action, this.folder, ...more])).stdout.trim();
  }

  at(database) {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  async query(sql, database = 'postgres') {
    const { stdout } = await run('psql', ['--no-psqlrc', '--tuples-only', '--no-align', '--command', sql, this.at(database)]);
    return stdout.trim();
  }

  // All that its databases hold. The programs that pg_dumpall starts are not given the password of the address: without
  // one in the environment they would ask for it, and wait.
  async dump() {
    const env = { ...process.env, PGPASSWORD: new URL(this.url).password };
    const { stdout } = await run('pg_dumpall', ['--no-password', '--no-role-passwords', '--dbname', this.url], {
      env, maxBuffer: 1 << 28, encoding: 'buffer',
    });
    return stdout;
  }

  // An empty database of that name; its address.
  async database(name) {
    await this.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    return this.at(name);
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  async remove() {
    await this.control('remove');
  }
}
