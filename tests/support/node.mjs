// One lastday process that serves.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, until } from './simulator.mjs';

export const lastday = join(build, 'lastday');

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
