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
 * `opt-outs` and `not-opt-outs` (80 replies) were written before the reader and it was made to fit them. The blind files
 * (74) were written after it, by the same author: at its first run on them it read 27 of 39 opt-outs exactly (29 as some
 * opt-out) and 35 of 35 others as none. The families missed were then added, so that all four are regression tests now;
 * 69 % and 100 % is what to expect of phrasings nobody thought of. What is missed is a reply in the thread, which holds
 * the mail for a person (`reply_arrived`).
 */
describe.each(['opt-outs', 'not-opt-outs', 'blind-opt-outs', 'blind-not-opt-outs'])('%s', (file) => {
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
