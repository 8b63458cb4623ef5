/* The server's refusals by field: what it said about the value at a JSON pointer, if anything. */
import { asProblem } from '../api/problem';

export function fieldErrors(error: unknown): (pointer: string) => string | undefined {
  const errors = error ? asProblem(error).errors : [];
  return (pointer) => errors.find((one) => one.pointer === pointer)?.message;
}
