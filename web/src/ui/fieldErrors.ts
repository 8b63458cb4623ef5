/* The server's refusals by field: what it said about the value at a JSON pointer, if anything. It names the property,
 * "display_name must not be empty."; people read sentences. */
import { asProblem } from '../api/problem';
import type { FieldError } from '../api/schema';

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/* The property's name and what is said of it, where the message begins with the name. */
function split({ pointer, message }: FieldError): [name: string, rest: string] {
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  return name && message.startsWith(`${name} `) ? [name, message.slice(name.length + 1)] : ['', message];
}

/* Away from the field: "Display name must not be empty." */
export function named(error: FieldError): string {
  const [name, rest] = split(error);
  return name ? sentence(`${name.replaceAll('_', ' ')} ${rest}`) : rest;
}

/* At the field, where its label stands: "Must not be empty." */
export function fieldErrors(error: unknown): (pointer: string) => string | undefined {
  const errors = error ? asProblem(error).errors : [];
  return (pointer) => {
    const found = errors.find((one) => one.pointer === pointer);
    return found && sentence(split(found)[1]);
  };
}
