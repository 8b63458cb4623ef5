import { describe, expect, it } from 'vitest';
import type { Template } from '../api/schema';
import { linkOf, templateNamed, withoutLink } from './link';

const read = (query: string) => linkOf(new URLSearchParams(query));

describe('linkOf', () => {
  it('reads tenant, users and template', () => {
    expect(read('tenant=contoso.com&users=a@x.com,%20b@x.com&template=Leaver')).toEqual({
      tenant: 'contoso.com',
      users: ['a@x.com', 'b@x.com'],
      template: 'Leaver',
      from: null,
    });
  });
  it('takes users from several parameters, each once', () => {
    expect(read('users=a@x.com&user=b@x.com&users=a@x.com,')?.users).toEqual(['a@x.com', 'b@x.com']);
  });
  it('reads which offboarding to begin from', () => expect(read('from=42')?.from).toBe('42'));
  it('is nothing where nothing is asked for', () => {
    expect(read('step=users')).toBeNull();
    expect(read('tenant=&users=')).toBeNull();
  });
});

describe('withoutLink', () => {
  it('leaves the step', () => {
    expect(withoutLink(new URLSearchParams('step=users&tenant=x&users=y&from=z')).toString()).toBe(
      'step=users',
    );
  });
});

describe('templateNamed', () => {
  const templates = [
    { id: '1', name: 'Leaver' },
    { id: '2', name: 'Contractor' },
  ] as Template[];
  it('goes by the id, else by the name', () => {
    expect(templateNamed('2', templates)?.name).toBe('Contractor');
    expect(templateNamed('leaver', templates)?.id).toBe('1');
    expect(templateNamed('other', templates)).toBeUndefined();
  });
});
