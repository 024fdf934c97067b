import { describe, expect, it, vi } from 'vitest';
import {
  forgetTexts,
  rememberRecords,
  rememberSentences,
  rememberTexts,
} from '../../../src/judge/language/remember.ts';

describe('rememberSentences', () => {
  it('computes a sentence once, also where nothing is found in it', () => {
    const compute = vi.fn((text: string) => (text.includes('!') ? text.length : null));
    const remembered = rememberSentences(compute);
    expect(['No.', 'Yes!', 'No.', 'Yes!'].map(remembered)).toEqual([null, 4, null, 4]);
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('gives what a fresh computation gives, whatever came before and however little is kept', () => {
    const words = (text: string) => text.split(' ');
    const remembered = rememberSentences(words, 320);
    const texts = Array.from({ length: 400 }, (_, at) => `${'w '.repeat(at % 13)}${(at * 7) % 31}`);
    for (const text of texts) expect(remembered(text)).toEqual(words(text));
  });

  it('forgets what was not asked for since so many other characters came', () => {
    const compute = vi.fn((text: string) => text.length);
    const remembered = rememberSentences(compute, 320);
    const others = Array.from({ length: 40 }, (_, at) => `another one ${at}`);
    remembered('the first');
    for (const text of others) {
      remembered(text);
      remembered('the first');
    }
    expect(compute, 'asked for all the time').toHaveBeenCalledTimes(1 + others.length);
    for (const text of others) remembered(`${text}!`);
    remembered('the first');
    expect(compute, 'not asked for').toHaveBeenCalledTimes(2 + 2 * others.length);
  });

  it('keeps nothing of a text as long as a mail', () => {
    const compute = vi.fn((text: string) => text.length);
    const remembered = rememberSentences(compute, 320);
    expect([remembered('x'.repeat(21)), remembered('x'.repeat(21))]).toEqual([21, 21]);
    expect(compute).toHaveBeenCalledTimes(2);
  });
});

describe('rememberTexts', () => {
  it('computes a text once until it is told to forget', () => {
    const compute = vi.fn((text: string) => text.length);
    const remembered = rememberTexts(compute, 2);
    expect([remembered('one'), remembered('one')]).toEqual([3, 3]);
    expect(compute).toHaveBeenCalledTimes(1);
    forgetTexts();
    remembered('one');
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('keeps the last few', () => {
    const compute = vi.fn((text: string) => text.length);
    const remembered = rememberTexts(compute, 2);
    for (const text of ['one', 'two', 'three', 'three', 'two', 'one']) remembered(text);
    expect(compute.mock.calls.flat()).toEqual(['one', 'two', 'three', 'one']);
  });
});

describe('rememberRecords', () => {
  it('tells records apart that are alike, and what is asked of them', () => {
    const compute = vi.fn((record: { n: number }, times: number | undefined) => record.n * (times ?? 1));
    const remembered = rememberRecords(compute);
    const [one, same] = [{ n: 2 }, { n: 2 }];
    expect([remembered(one, 3), remembered(one, 3), remembered(one, 4), remembered(same, 3)]).toEqual([
      6, 6, 8, 6,
    ]);
    expect(compute).toHaveBeenCalledTimes(3);
  });
});
