import { expect, test } from 'vitest';
import { ApiProblem } from '../api/problem';
import { fieldErrors, named } from './fieldErrors';

const refusal = (errors: [pointer: string, message: string][], status = 422) =>
  new ApiProblem(
    status,
    'invalid_input',
    'what programs read',
    errors.map(([pointer, message]) => ({ pointer, code: 'any', message })),
  );

test('what is said at a field does not repeat the name of the property', () => {
  const errorAt = fieldErrors(
    refusal([
      ['/webhooks/0/secret', 'secret must be whsec_ and base64.'],
      ['/webhooks/0/url', '10.0.0.1 leads into a private network.'],
    ]),
  );
  expect(errorAt('/webhooks/0/secret')).toBe('Must be whsec_ and base64.');
  expect(errorAt('/webhooks/0/url')).toBe('10.0.0.1 leads into a private network.');
  expect(errorAt('/webhooks/0/name')).toBeUndefined();
  expect(fieldErrors(null)('/name')).toBeUndefined();
});

test('away from the field the property is named in words', () => {
  const one = (pointer: string, message: string) => named({ pointer, code: 'any', message });
  expect(one('/display_name', 'display_name must not be empty.')).toBe('Display name must not be empty.');
  expect(one('/options', 'No task is chosen.')).toBe('No task is chosen.');
  expect(one('', 'the body must be an object.')).toBe('the body must be an object.');
});

test('values that are not right are counted, other refusals are said as they are', () => {
  expect(refusal([['/name', 'name must not be empty.']]).summary).toBe('One value is not right.');
  expect(
    refusal([
      ['/a', 'a.'],
      ['/b', 'b.'],
    ]).summary,
  ).toBe('2 values are not right.');
  expect(refusal([['/users/0', 'An offboarding is open.']], 409).summary).toBe('what programs read');
  expect(refusal([]).summary).toBe('what programs read');
});
