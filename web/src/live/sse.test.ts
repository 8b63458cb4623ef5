import { describe, expect, it } from 'vitest';
import { SseParser } from './sse';

const stream = 'id: 7\nevent: task\ndata: {"a":\ndata: 1}\n\n: still here\n\nid: 8\ndata: x\n\n';
const events = [
  { id: '7', kind: 'task', data: '{"a":\n1}' },
  { id: '8', kind: 'message', data: 'x' },
];

describe('SseParser', () => {
  it('reads events, joins data lines and passes comments over', () => {
    expect(new SseParser().push(stream)).toEqual(events);
  });
  it('reads the same however the text is cut, and with any line end', () => {
    for (const text of [stream, stream.replaceAll('\n', '\r\n')])
      for (let size = 1; size < 12; size++) {
        const parser = new SseParser();
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(events);
      }
  });
  it('keeps the last id for events that carry none and forgets the kind', () => {
    const parser = new SseParser();
    expect(parser.push('id: 1\nevent: end\ndata: 1\n\ndata: 2\n\n')).toEqual([
      { id: '1', kind: 'end', data: '1' },
      { id: '1', kind: 'message', data: '2' },
    ]);
  });
  it('does not report an event that the connection cut short', () => {
    expect(new SseParser().push('id: 1\ndata: half')).toEqual([]);
  });
});
