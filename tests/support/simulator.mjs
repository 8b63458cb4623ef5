// m365sim as a program, on a free port and in a folder that goes away.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const build = resolve(process.env.BUILD_DIR ?? fileURLToPath(new URL('../../build-test', import.meta.url)));
const m365sim = join(build, 'm365sim');

export const CLIENT_ID = '11111111-aaaa-4aaa-8aaa-000000000001';
export const CLIENT_SECRET = 'sim-secret-Zx8~Q2+demo/=';

// The limit is for what never comes: on a busy machine much takes long.
export async function until(what, check, timeout = 90_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await sleep(25);
  }
}

export class Simulator {
  static async start(extra = []) {
    const simulator = new Simulator();
    simulator.folder = await mkdtemp(join(tmpdir(), 'lastday-sim-'));
    const portFile = join(simulator.folder, 'port');
    simulator.child = spawn(m365sim, ['--listen', '127.0.0.1:0', '--port-file', portFile, '--seed', 'small', ...extra], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    simulator.url = await until('simulator', async () => {
      if (simulator.child.exitCode !== null) throw new Error(`m365sim ended with ${simulator.child.exitCode}`);
      if (!existsSync(portFile)) return null;
      return (await readFile(portFile, 'utf8')).split('\n')[0].trim() || null;
    });
    return simulator;
  }

  // One call of /_sim; the JSON that it answers, or null.
  async control(method, path, body) {
    const answer = await fetch(`${this.url}/_sim${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`_sim ${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}
