import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optOutIn } from '../../src/feedback/reply-intent.ts';
import { replyText } from '../../src/feedback/reply-text.ts';

interface ReplyCase {
  text: string;
  expect: 'address' | 'company' | null;
  channel?: 'all';
  company?: string;
}

const cases = (file: string): ReplyCase[] =>
  readFileSync(new URL(`../fixtures/replies/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ReplyCase);

const read = ({ text, company }: ReplyCase) => optOutIn(replyText(text), company ? [company] : []);

/*
 * `opt-outs` and `not-opt-outs` (80 replies) were written before the reader, which was made to fit them. The three blind pairs
 * were written after it, one after the other, by the same author; what a pair showed to be missed was added before the next.
 * At its first run on each the reader found 29 of 39, 22 of 33 and 15 of 21 opt-outs (27, 22 and 14 with the right scope and
 * channel), and took none of 35, 22 and 13 others for one: 71 % and 100 %. That is what to expect of phrasings nobody thought
 * of; all of them are regression tests now.
 */
describe.each([
  'opt-outs',
  'not-opt-outs',
  'blind-opt-outs',
  'blind-not-opt-outs',
  'second-blind-opt-outs',
  'second-blind-not-opt-outs',
  'third-blind-opt-outs',
  'third-blind-not-opt-outs',
])('%s', (file) => {
  it.each(cases(file))('$expect: $text', (one) => {
    const found = read(one);
    expect(found?.scope ?? null).toBe(one.expect);
    if (found) expect(found.channel).toBe(one.channel ?? 'email');
  });
});

describe('optOutIn', () => {
  it('keeps the sentence that asks as evidence, on one line', () => {
    const text = 'Hi Dana,\nthanks for the note. Please take me off\nyour list. We are fine.\n\nBest,\nRui';
    expect(optOutIn(replyText(text))).toEqual({
      scope: 'address',
      channel: 'email',
      sentence: 'Please take me off your list.',
    });
  });

  it('knows the company by its name only where it is told the name', () => {
    const text = 'Please take Fernhill Foods off your mailing list.';
    expect(optOutIn(text, ['Fernhill Foods'])?.scope).toBe('company');
    expect(optOutIn(text)?.scope).not.toBe('company');
  });

  it('lets the request for everybody outweigh the one for the writer', () => {
    const text = 'Please remove me. In fact, stop emailing anyone at our company.';
    expect(optOutIn(text)).toMatchObject({
      scope: 'company',
      sentence: 'In fact, stop emailing anyone at our company.',
    });
  });

  it.each([
    "please don't contact me with this ",
    'stop sending all the ',
    'remove our company at a b c ',
  ])('reads a hostile repetition of "%s" in a bounded time', (words) => {
    const before = performance.now();
    optOutIn(words.repeat(20_000));
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
