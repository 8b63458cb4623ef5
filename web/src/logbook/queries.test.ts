import { describe, expect, it } from 'vitest';
import { nextCursor } from './queries';

describe('nextCursor', () => {
  it('is read from the link to the next page', () => {
    expect(nextCursor('</api/v1/logbook?format=csv&cursor=a%2Fb%3D>; rel="next"')).toBe('a/b=');
    expect(nextCursor('<https://one.example/x?cursor=1>; rel=next')).toBe('1');
    expect(nextCursor('</x?cursor=1>; rel="prev"')).toBe('');
    expect(nextCursor(null)).toBe('');
  });
});
