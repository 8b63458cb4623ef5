// Does a value fit a schema of openapi.yaml?
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const description = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
ajv.addSchema({ $id: 'api', components: description.components });

export function fits(name, value) {
  const check = ajv.getSchema(`api#/components/schemas/${name}`);
  assert.ok(check, `there is no schema ${name}`);
  assert.ok(check(value), `${name}: ${JSON.stringify(check.errors)}\n${JSON.stringify(value, null, 1).slice(0, 2000)}`);
}
