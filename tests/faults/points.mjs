// What points.c counts, and which of it is to be fatal.
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../support/simulator.mjs';

export const KINDS = ['commit', 'durable', 'send', 'answer'];

export class Points {
  constructor(path) {
    this.path = path;
    this.traced = 0;
    writeFileSync(path, Buffer.alloc(8 * KINDS.length));
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

  // In place: the server has the file mapped.
  #write(index, value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    const file = openSync(this.path, 'r+');
    writeSync(file, bytes, 0, 4, 4 * index);
    closeSync(file);
  }

  // The nth from now on ends the process.
  arm(kind, nth) {
    const index = KINDS.indexOf(kind);
    this.#write(KINDS.length + index, readFileSync(this.path).readUInt32LE(4 * index) + nth);
  }

  disarm() {
    for (const index of KINDS.keys()) this.#write(KINDS.length + index, 0);
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
