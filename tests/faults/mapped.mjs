// A file of 32-bit numbers that a server has mapped.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';

export class Mapped {
  constructor(path, count) {
    this.path = path;
    writeFileSync(path, Buffer.alloc(4 * count));
  }

  read(index) {
    return readFileSync(this.path).readUInt32LE(4 * index);
  }

  // In place: another file would not be the one that is mapped.
  write(index, value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    const file = openSync(this.path, 'r+');
    writeSync(file, bytes, 0, 4, 4 * index);
    closeSync(file);
  }
}
