import { describe, expect, it } from 'vitest';
import { trainBagOfWords } from '../../src/evaluate/bag-of-words.ts';
import { draftFromText } from '../../src/evaluate/context.ts';
import { likeliest } from '../../src/evaluate/likeliest.ts';
import type { Decision } from '../../src/message/types.ts';

const toy: [Decision, string][] = [
  ['BLOCK', 'Congratulations on your funding round'],
  ['BLOCK', 'I saw the funding round last week'],
  ['BLOCK', 'Your funding round was in the news'],
  ['SUPPRESS', 'We place offshore engineers with you'],
  ['SUPPRESS', 'Our offshore engineers can start'],
  ['SUPPRESS', 'Do you need offshore engineers'],
  ['PASS', 'Would Tuesday suit you for a call'],
  ['PASS', 'Is Friday better for a call'],
  ['PASS', 'Shall we have a call on Monday'],
];
const cases = toy.map(([gold, text]) => ({ gold, draft: draftFromText(text) }));

describe('trainBagOfWords', () => {
  it('learns which words go with which decision', () => {
    const model = trainBagOfWords(cases);
    const read = (text: string): Decision => likeliest(model.probabilities(draftFromText(text)));
    expect(toy.map(([, text]) => read(text))).toEqual(toy.map(([gold]) => gold));
    expect(read('That funding round again')).toBe('BLOCK');
    expect(read('A call on Wednesday')).toBe('PASS');
  });
  it('reads the subject too', () => {
    const model = trainBagOfWords(cases);
    const draft = { ...draftFromText('Hello'), subject: 'offshore engineers' };
    expect(likeliest(model.probabilities(draft))).toBe('SUPPRESS');
  });
  it('gives the same probabilities each time it is trained', () => {
    const draft = draftFromText('a funding call');
    expect(trainBagOfWords(cases).probabilities(draft)).toEqual(trainBagOfWords(cases).probabilities(draft));
  });
  it('states probabilities that sum to one, none for a decision it never saw', () => {
    const probabilities = trainBagOfWords(cases).probabilities(draftFromText('funding'));
    expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
    expect(probabilities.ESCALATE).toBe(0);
  });
  it('falls back on how common a decision is where it knows no word', () => {
    const more = [...cases, { gold: 'PASS' as const, draft: draftFromText('zebra') }];
    expect(likeliest(trainBagOfWords(more).probabilities(draftFromText('xylophone')))).toBe('PASS');
  });
});
