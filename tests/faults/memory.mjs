// What memory.c counts, and which of it fails.
import { join } from 'node:path';
import { build } from '../support/simulator.mjs';
import { Mapped } from './mapped.mjs';

export class Memory {
  constructor(path) {
    this.path = path;
    this.numbers = new Mapped(path, 2);
  }

  get settings() {
    return { FAULT_MEMORY: this.path, LD_PRELOAD: join(build, 'tests', 'faults', 'fault_memory.so') };
  }

  get count() {
    return this.numbers.read(0);
  }

  // Those up to now are over.
  clear() {
    this.cleared = this.count;
  }

  // How many there have been since.
  met() {
    return this.count - this.cleared;
  }

  // The nth from now on fails.
  arm(nth) {
    this.numbers.write(1, nth ? this.count + nth : 0);
  }

  disarm() {
    this.arm(0);
  }
}
