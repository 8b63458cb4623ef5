import { describe, expect, it } from 'vitest';
import { axisOf, labelled } from './scale';

describe('axisOf', () => {
  it('ends at a round number that is not below what it holds, with few whole lines', () => {
    for (const most of [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 23, 99, 100, 101, 12345]) {
      const { top, lines } = axisOf(most);
      expect(top).toBeGreaterThanOrEqual(Math.max(1, most));
      expect(lines.length).toBeLessThanOrEqual(6);
      expect(lines[0]).toBe(0);
      expect(lines.at(-1)).toBe(top);
      expect(lines.every(Number.isInteger)).toBe(true);
    }
    expect(axisOf(7)).toEqual({ top: 8, lines: [0, 2, 4, 6, 8] });
    expect(axisOf(1)).toEqual({ top: 1, lines: [0, 1] });
  });
});

describe('labelled', () => {
  it('has the ends, and what is between evenly', () => {
    expect(labelled(3, 5)).toEqual([0, 1, 2]);
    expect(labelled(30, 5)).toEqual([0, 7, 15, 22, 29]);
  });
});
