import { describe, expect, it } from 'vitest';
import { cardOf } from './card';

const shown = {
  title: 'Ann <Leaver> of Contoso: failed',
  summary: ['1 of 3 tasks failed.'],
  facts: [
    { id: 'Tenant', label: 'Tenant', value: 'Contoso B.V.' },
    { id: 'Reference', label: 'Reference', value: 'HR_1 & 2' },
  ],
  problems: ['Reset Password: refused (403)'],
  links: ['Open in Lastday'],
};

describe('the card that a chat service shows', () => {
  it('is an Adaptive Card of Teams', () => {
    const text = (words: string, more = {}) => ({ type: 'TextBlock', text: words, ...more });
    const content = {
      body: [
        text('Ann \\<Leaver\\> of Contoso: failed', { weight: 'Bolder' }),
        text('1 of 3 tasks failed.'),
        {
          type: 'FactSet',
          facts: [
            { title: 'Tenant', value: 'Contoso B.V.' },
            { title: 'Reference', value: 'HR\\_1 & 2' },
          ],
        },
        text('- Reset Password: refused \\(403\\)'),
      ],
      actions: [{ type: 'Action.OpenUrl', title: 'Open in Lastday', url: 'https://x.example' }],
    };
    expect(cardOf('teams', { type: 'message', attachments: [{ content }] })).toEqual({ ...shown, above: '' });
  });
  it('is made of the blocks of Slack', () => {
    const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
    const blocks = [
      { type: 'header', text: { text: 'Ann <Leaver> of Contoso: failed' } },
      section('1 of 3 tasks failed.'),
      {
        type: 'section',
        fields: [{ text: '*Tenant*\nContoso B.V.' }, { text: '*Reference*\nHR_1 &amp; 2' }],
      },
      section('• Reset Password: refused (403)\n'),
      { type: 'actions', elements: [{ type: 'button', text: { text: 'Open in Lastday' } }] },
    ];
    expect(cardOf('slack', { text: 'Ann', blocks })).toEqual({ ...shown, above: '' });
  });
  it('is the embed of Discord, with the line above it', () => {
    const embed = {
      title: 'Ann \\<Leaver\\> of Contoso: failed',
      description:
        '1 of 3 tasks failed.\n[Open in Lastday](https://x.example/s/1)\n• Reset Password: refused (403)\n',
      fields: [
        { name: 'Tenant', value: 'Contoso B.V.' },
        { name: 'Reference', value: 'HR\\_1 & 2' },
      ],
    };
    expect(cardOf('discord', { content: 'Offboarding failed', embeds: [embed] })).toEqual({
      ...shown,
      above: 'Offboarding failed',
    });
  });
  it('is nothing where programs read, or the body is not what it should be', () => {
    expect(cardOf('generic', { type: 'offboarding.finished' })).toBeNull();
    expect(cardOf(null, {})).toBeNull();
    expect(cardOf('teams', null)).toBeNull();
    expect(cardOf('teams', { attachments: 'none' })?.title).toBe('');
  });
});
