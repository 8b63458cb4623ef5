import { resolve } from 'node:path';

export const artifacts = resolve(import.meta.dirname, '../../../artifacts');
