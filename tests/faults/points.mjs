// What points.c counts, and which of it is to be fatal.
import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../support/simulator.mjs';
import { Mapped } from './mapped.mjs';

// Where in the file, behind two numbers for each kind.
const [LOST, ONE_IN, IN_A_ROW] = [1, 2, 3];

export const KINDS = ['commit', 'durable', 'send', 'answer'];

export class Points {
  constructor(path) {
    this.path = path;
    this.traced = 0;
    this.numbers = new Mapped(path, 2 * KINDS.length + 4);
    writeFileSync(`${path}.trace`, '');
  }

  // For the environment of what is to be watched. The sanitizer need not come first: the library has none.
  get settings() {
    return {
      FAULT_POINTS: this.path,
      LD_PRELOAD: join(build, 'tests', 'faults', 'fault_points.so'),
      ASAN_OPTIONS: [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':'),
    };
  }

  // The nth from now on ends the process.
  arm(kind, nth) {
    const index = KINDS.indexOf(kind);
    this.numbers.write(KINDS.length + index, this.numbers.read(index) + nth);
  }

  disarm() {
    for (const index of KINDS.keys()) this.numbers.write(KINDS.length + index, 0);
  }

  // One statement in so many loses its connection to PostgreSQL, so many in a row; 0: none.
  lose(oneIn, inARow = 1) {
    this.numbers.write(2 * KINDS.length + IN_A_ROW, inARow);
    this.numbers.write(2 * KINDS.length + ONE_IN, oneIn);
  }

  get lost() {
    return this.numbers.read(2 * KINDS.length + LOST);
  }

  // What happened up to now is over.
  clear() {
    this.met();
  }

  // What happened since it was last asked for: [{pid, kind, number, killed, what}].
  met() {
    const file = openSync(`${this.path}.trace`, 'r');
    const bytes = Buffer.alloc(fstatSync(file).size - this.traced);
    readSync(file, bytes, 0, bytes.length, this.traced);
    closeSync(file);
    this.traced += bytes.length;
    return [...bytes.toString().matchAll(/^(\d+) (\w+) (\d+)( killed)? (.*)$/gm)].map(([, pid, kind, number, killed, what]) => ({
      pid: Number(pid), kind, number: Number(number), killed: Boolean(killed), what,
    }));
  }
}
