import { describe, expect, it } from 'vitest';
import type { ThreadMessage } from '../../../src/crm/prospect.ts';
import { unknownQuotes } from '../../../src/judge/language/known-quotes.ts';
import type { Draft } from '../../../src/message/types.ts';

const WROTE =
  'Thanks for your note. We are hiring two backend engineers this spring and the team is stretched. ' +
  'The plan is to have both of them on board before the end of May, so that the new depot can open in June. ' +
  'I would rather not talk about money before the board has met. Please write again after Easter.';
const thread = (text: string): ThreadMessage[] => [
  { threadId: 't', direction: 'in', person: 'Kim', role: null, at: '2026-03-01', text },
];
const OWN = 'Hi Kim,\n\nShall we talk after Easter?\n\n';

/** What is read of a mail that quotes these lines below its own words. */
function read(quote: string, known = WROTE): string {
  const quoted = quote
    .split('\n')
    .map((line) => `> ${line}\n`)
    .join('');
  const body = OWN + quoted;
  const draft: Draft = {
    subject: null,
    body,
    segments: [
      { kind: 'new', start: 0, end: OWN.length },
      { kind: 'quote', start: OWN.length, end: body.length },
    ],
    hidden: [],
    links: [],
    attachments: [],
  };
  return unknownQuotes(draft, { thread: thread(known) })
    .slice(OWN.length)
    .trim();
}
const wrapped = (text: string) => text.replace(/(.{1,40})(?: |$)/g, '$1\n').trim();

describe('unknownQuotes', () => {
  it('leaves out what the thread holds, however its lines are wrapped', () => {
    expect(read(WROTE)).toBe('');
    expect(read(wrapped(WROTE))).toBe('');
    expect(read(wrapped(WROTE.slice(WROTE.indexOf('We are'))))).toBe('');
  });

  it.each([
    ['a sentence between known ones', 'You raised $40M in your Series B.'],
    ['a sentence over two lines', 'You raised $40M\nin your Series B.'],
    ['a short sentence', 'You raised $40M.'],
  ])('keeps %s', (_name, added) => {
    const at = WROTE.indexOf('I would');
    expect(read(`${WROTE.slice(0, at)}\n${added}\n${WROTE.slice(at)}`)).toBe(added);
  });

  it('keeps a sentence with a word put in or left out', () => {
    expect(read(WROTE.replace('the new depot', 'the new secret depot'))).toContain('secret depot');
    expect(read(WROTE.replace('rather not talk', 'rather talk'))).toBe(
      'I would rather talk about money before the board has met.',
    );
  });

  it('takes linear time for many sentences', () => {
    const text = 'Yes. '.repeat(8_000);
    const started = performance.now();
    expect(read(text, text)).toBe('');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('keeps a quote that is hardly known as a whole', () => {
    const quote = 'You raised $40M in your Series B. Please write again after Easter.';
    expect(read(quote)).toBe(quote);
  });
});
