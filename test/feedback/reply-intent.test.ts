import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mayOptOut } from '../../src/feedback/opt-out-doubt.ts';
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
 * channel), and took none of 35, 22 and 13 others for one; all of them are regression tests now. Their author shares the reader's words: see
 * the independent sets below for what to expect.
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

/*
 * Two sets of 80 opt-outs and 80 others each, by an author who had seen neither the reader nor its tests. At its first run on
 * them the reader found 39 and 13 of the 80 and took one other of each set for an opt-out. `mayOptOut` was then made in sight of
 * the first set, and at its first run on the second found 41 of the 67 that the reader missed, at the price of holding mail to 40
 * of the 80 others; what it missed was added afterwards. These are floors, not what to expect of phrasings nobody thought of.
 */
describe.each([
  { file: 'independent', found: 39, foundOrHeld: 80, wrong: 0 },
  { file: 'second-independent', found: 13, foundOrHeld: 73, wrong: 1 },
])('$file', ({ file, found, foundOrHeld, wrong }) => {
  const all = cases(file);
  const optOuts = all.filter(({ expect }) => expect !== null);
  const others = all.filter(({ expect }) => expect === null);

  it('finds the opt-outs that it found', () => {
    expect(optOuts.filter(read).length).toBeGreaterThanOrEqual(found);
  });

  it('finds or doubts the opt-outs that it found or doubted', () => {
    const doubted = (one: ReplyCase) => read(one) !== null || mayOptOut(replyText(one.text)) !== null;
    expect(optOuts.filter(doubted).length).toBeGreaterThanOrEqual(foundOrHeld);
  });

  it('takes no more of the others for an opt-out', () => {
    expect(others.filter(read).length).toBeLessThanOrEqual(wrong);
  });
});

describe('mayOptOut', () => {
  it.each([
    'Thanks, let us talk on Friday.',
    'Yes, Tuesday at 3 works. What do you charge?',
  ])('has no doubt about "%s"', (text) => {
    expect(mayOptOut(text)).toBeNull();
  });

  it('gives the sentence, on one line, and passes over a confidentiality notice', () => {
    const notice =
      'If you have received this message in error please delete it and remove it from your system.';
    expect(mayOptOut(`Tuesday is good. ${notice}`)).toBeNull();
    expect(mayOptOut(`Oh dear. Let us end\nour correspondence here. ${notice}`)).toBe(
      'Let us end our correspondence here.',
    );
    expect(mayOptOut('If you got my address by mistake, please remove me from your list.')).not.toBeNull();
  });

  it('reads a hostile repetition in a bounded time', () => {
    const before = performance.now();
    for (const words of ['who never ', 'take like out ', 'not a b ', 'rather prefer ']) {
      mayOptOut(words.repeat(20_000));
    }
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
