import { describe, expect, it } from 'vitest';
import type { Catalog } from '../api/schema';
import { summaryOf, tasksOf } from './words';

const catalog = {
  tasks: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, label: id.toUpperCase() })),
} as unknown as Catalog;

describe('what options do', () => {
  it('names the chosen tasks in the order of the catalogue', () => {
    expect(tasksOf({ c: true, a: {}, b: false, d: null }, catalog)).toEqual(['A', 'C']);
    expect(tasksOf({ gone: true }, catalog)).toEqual(['gone']);
  });
  it('says how many more there are', () => {
    expect(summaryOf({}, catalog)).toBe('No task is chosen');
    expect(summaryOf({ a: true, b: true, c: true, d: true }, catalog)).toBe('A, B, C, D');
    expect(summaryOf({ a: true, b: true, c: true, d: true, e: true }, catalog)).toBe('A, B, C and 2 more');
  });
});
