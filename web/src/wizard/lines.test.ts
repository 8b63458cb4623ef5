import { describe, expect, it } from 'vitest';
import type { User } from '../api/schema';
import { readLines, verdictOf } from './lines';

const texts = (text: string) => readLines(text).map((line) => line.text);

describe('readLines', () => {
  it('reads one to a line, with its number, and passes over empty lines', () => {
    expect(readLines('adele@contoso.com\r\n\r\n  Bram Hoekstra \n')).toEqual([
      { number: 1, text: 'adele@contoso.com' },
      { number: 3, text: 'Bram Hoekstra' },
    ]);
  });
  it('reads addresses as mail programs write them', () => {
    expect(texts('Adele Vance <adele@contoso.com>; "Hoekstra, Bram" <bram@contoso.com>')).toEqual([
      'adele@contoso.com',
      'bram@contoso.com',
    ]);
    expect(texts('a@x.com, b@x.com,c@x.com')).toEqual(['a@x.com', 'b@x.com', 'c@x.com']);
  });
  it.each([',', ';', '\t'])('takes the best column of a table with heads, parted by %j', (mark) => {
    const table = [
      ['Display Name', 'User principal name', 'Left'],
      ['Vance Adele', 'adele@contoso.com', '2026-01-01'],
      ['Bram', 'bram@contoso.com', ''],
    ];
    expect(readLines(table.map((row) => row.join(mark)).join('\n'))).toEqual([
      { number: 2, text: 'adele@contoso.com' },
      { number: 3, text: 'bram@contoso.com' },
    ]);
  });
  it('keeps marks, quotes and line breaks that are quoted, and counts the lines', () => {
    expect(readLines('name,note\n"Vance, Adele","said ""bye""\nand left"\nBram,\n')).toEqual([
      { number: 2, text: 'Vance, Adele' },
      { number: 4, text: 'Bram' },
    ]);
  });
  it('finds the address in a table without heads', () => {
    expect(texts('Adele Vance,adele@contoso.com,Sales\nBram Hoekstra,bram@contoso.com,IT')).toEqual([
      'adele@contoso.com',
      'bram@contoso.com',
    ]);
  });
  it('shows a row whose column is empty as empty', () => {
    expect(readLines('email,name\n,Adele\n')).toEqual([{ number: 2, text: '' }]);
  });
  it('passes over the mark at the begin of a file from Excel', () => {
    expect(texts('\uFEFFemail\r\nadele@contoso.com\r\n')).toEqual(['adele@contoso.com']);
  });
  it('makes nothing of nothing', () => expect(readLines(' \n\n')).toEqual([]));
});

const user = (id: string, display_name: string, address: string, mail: string | null = address) =>
  ({ id, display_name, user_principal_name: address, mail }) as User;
const adele = user('1', 'Adele Vance', 'adele@contoso.com', 'a.vance@contoso.com');
const adelev = user('2', 'Adele Vance-Smith', 'adelev@contoso.com');
const twin = user('3', 'Adele Vance', 'adele2@contoso.com');

describe('verdictOf', () => {
  it.each(['ADELE@contoso.com', 'a.vance@contoso.com', 'adele vance'])('knows who “%s” is', (text) =>
    expect(verdictOf(text, [adele, adelev], new Set())).toEqual({ kind: 'found', user: adele }),
  );
  it('says who was named before', () => {
    expect(verdictOf('Adele Vance', [adele], new Set(['1']))).toEqual({ kind: 'again', user: adele });
  });
  it('asks where several are meant, or nobody exactly', () => {
    expect(verdictOf('Adele Vance', [adele, twin], new Set())).toEqual({
      kind: 'several',
      users: [adele, twin],
    });
    expect(verdictOf('Adele', [adele, adelev], new Set())).toEqual({
      kind: 'several',
      users: [adele, adelev],
    });
  });
  it('never takes a similar address for the one that was meant', () => {
    expect(verdictOf('dele@contoso.com', [adele], new Set())).toEqual({ kind: 'nobody' });
    expect(verdictOf('Nobody', [], new Set())).toEqual({ kind: 'nobody' });
  });
});
