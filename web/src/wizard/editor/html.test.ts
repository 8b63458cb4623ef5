import { describe, expect, it } from 'vitest';
import { findVariables, isAllowedLink, messageHtml } from './html';

describe('messageHtml', () => {
  it.each([
    ['<p></p>', ''],
    ['<p>a</p><p></p><p></p>', '<p>a</p>'],
    ['<ul><li><p>a</p></li><li><p>b</p></li></ul>', '<ul><li>a</li><li>b</li></ul>'],
    ['<ul><li><p>a</p><ol><li><p>b</p></li></ol></li></ul>', '<ul><li>a<ol><li>b</li></ol></li></ul>'],
  ])('%s becomes %s', (html, sent) => expect(messageHtml(html)).toBe(sent));
});

describe('isAllowedLink', () => {
  it.each(['https://contoso.com/a', 'mailto:a@contoso.com', 'tel:+31201234567'])('takes %s', (href) =>
    expect(isAllowedLink(href)).toBe(true),
  );
  it.each(['javascript:alert(1)', 'http://contoso.com', 'data:text/html,x', 'https://', '', 'JAVASCRIPT:x'])(
    'refuses %s',
    (href) => expect(isAllowedLink(href)).toBe(false),
  );
});

describe('findVariables', () => {
  it('finds them and knows which are known', () => {
    const found = findVariables('Hi %displayname%, 100% of %foo%', new Set(['displayname']));
    expect(found).toEqual([
      { from: 3, to: 16, known: true },
      { from: 26, to: 31, known: false },
    ]);
  });
});
