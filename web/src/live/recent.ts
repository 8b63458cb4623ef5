/* The latest events, kept so that an answer read while they arrived can be brought up to date. */
import type { Offboarding } from '../api/schema';
import { applyEvent, type LiveEvent } from './events';

const KEPT = 2000;

let first = 0;
let events: LiveEvent[] = [];

export const position = () => first + events.length;

export function remember(event: LiveEvent) {
  events.push(event);
  if (events.length > 2 * KEPT) {
    first += events.length - KEPT;
    events = events.slice(-KEPT);
  }
}

/* `read` with every event applied that arrived since `since`, a position() taken before it was asked for. */
export function catchUp(read: Offboarding, since: number): Offboarding {
  return events.slice(Math.max(0, since - first)).reduce(applyEvent, read);
}
