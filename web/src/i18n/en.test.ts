import { expect, it } from 'vitest';
import { en } from './en';

it('has every sentence of its parts, and none of them twice', () => {
  const parts = Object.values(import.meta.glob<Record<string, object>>('./en/*.ts', { eager: true }));
  const keys = parts.flatMap((part) => Object.values(part).flatMap((sentences) => Object.keys(sentences)));
  expect(keys.length).toBeGreaterThan(1000);
  expect(keys.toSorted()).toEqual(Object.keys(en).toSorted());
});
