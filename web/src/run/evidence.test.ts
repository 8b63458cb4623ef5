import { describe, expect, it } from 'vitest';
import { changesOf } from './evidence';

const sides = (before: Record<string, unknown>, after: Record<string, unknown>) =>
  changesOf(before, after).map(({ label, before, after, changed }) => [label, before, after, changed]);

describe('changesOf', () => {
  it('says values as people do, what changed first', () => {
    expect(
      sides(
        { AutoReplyState: 'Disabled', accountEnabled: true },
        { AutoReplyState: 'Disabled', accountEnabled: false },
      ),
    ).toEqual([
      ['Account enabled', 'Yes', 'No', true],
      ['Auto reply state', 'Disabled', 'Disabled', false],
    ]);
  });
  it('calls what is in a list by its name', () => {
    const groups = [{ id: '1', displayName: 'Sales' }, { id: '2' }];
    expect(sides({ groups }, { groups: [] })).toEqual([['Groups', 'Sales and 2', 'None', true]]);
  });
  it('reads the text of a message', () => {
    const html = '<html>\n<body>\n<p>Gone &amp; <b>away</b>.</p>\n</body>\n</html>\n';
    expect(sides({ InternalMessage: '' }, { InternalMessage: html })).toEqual([
      ['Internal message', 'None', 'Gone & away.', true],
    ]);
  });
  it('leaves empty what one side does not have', () => {
    expect(sides({}, { url: 'https://x' })).toEqual([['Url', '', 'https://x', true]]);
  });
});
