import { describe, expect, it } from 'vitest';
import type { Defaults, Template } from '../api/schema';
import { AS_BEFORE, NOTHING } from './draft';
import { hasDefaults, sourceOptions } from './source';

const own = { options: { hide: true }, template: null } as unknown as Defaults;
const byTemplate = { options: {}, template: '1' } as unknown as Defaults;
const templates = [{ id: '1', name: 'Leaver', options: { block: true } }] as unknown as Template[];

describe('sourceOptions', () => {
  it('begins from the tenant, whose defaults may be a template', () => {
    expect(sourceOptions('', own, templates)).toEqual({ hide: true });
    expect(sourceOptions('', byTemplate, templates)).toEqual({ block: true });
    expect(sourceOptions('', undefined, templates)).toEqual({});
  });
  it('begins from a template, and from nothing', () => {
    expect(sourceOptions('1', own, templates)).toEqual({ block: true });
    expect(sourceOptions('gone', own, templates)).toEqual({});
    expect(sourceOptions(NOTHING, own, templates)).toEqual({});
    expect(sourceOptions(AS_BEFORE, own, templates)).toEqual({});
  });
});

describe('hasDefaults', () => {
  it('tells a tenant that has some from one that has none', () => {
    expect(
      [own, byTemplate, undefined, { options: {}, template: null } as unknown as Defaults].map(hasDefaults),
    ).toEqual([true, true, false, false]);
  });
});
