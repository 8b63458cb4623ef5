/* Server-sent events out of text that arrives in pieces, as the HTML standard parses them. EventSource is not used
 * because it hides the status of a refusal and cannot notice a connection that has gone silent. */
export interface ServerEvent {
  id: string;
  kind: string;
  data: string;
}

export class SseParser {
  #rest = '';
  #kind = '';
  #data: string[] = [];
  #id = '';

  /* Feeds a piece; answers with the events that it completed. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.#rest += piece;
    /* A carriage return at the very end may be the first half of a line end. */
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | null {
    if (line === '') return this.#finish();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#kind = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #finish(): ServerEvent | null {
    const event = this.#data.length
      ? { id: this.#id, kind: this.#kind || 'message', data: this.#data.join('\n') }
      : null;
    this.#kind = '';
    this.#data = [];
    return event;
  }
}
