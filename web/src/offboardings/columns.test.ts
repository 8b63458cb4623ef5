import { describe, expect, it } from 'vitest';
import { readColumns, toggled } from './columns';

describe('columns', () => {
  it('keeps the order of the table and drops what is unknown', () => {
    expect(readColumns('when,status,nonsense')).toEqual(['status', 'when']);
    expect(readColumns('nonsense')).toBeNull();
    expect(readColumns('')).toBeNull();
  });
  it('switches one on and off, and never leaves none', () => {
    expect(toggled(['status', 'when'], 'reference')).toBe('status,when,reference');
    expect(toggled(['status', 'when'], 'status')).toBe('when');
    expect(toggled(['when'], 'when')).toBe('status,progress,tenant,when');
  });
});
