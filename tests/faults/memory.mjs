// What memory.c counts, and which of it fails.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../support/simulator.mjs';

export class Memory {
  constructor(path) {
    this.path = path;
    writeFileSync(path, Buffer.alloc(8));
  }

  get settings() {
    return { FAULT_MEMORY: this.path, LD_PRELOAD: join(build, 'tests', 'faults', 'fault_memory.so') };
  }

  get count() {
    return readFileSync(this.path).readUInt32LE(0);
  }

  // Those up to now are over.
  clear() {
    this.cleared = this.count;
  }

  // How many there have been since.
  met() {
    return this.count - this.cleared;
  }

  // The nth from now on fails. In place: the server has the file mapped.
  arm(nth) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(nth ? this.count + nth : 0);
    const file = openSync(this.path, 'r+');
    writeSync(file, bytes, 0, 4, 4);
    closeSync(file);
  }

  disarm() {
    this.arm(0);
  }
}
