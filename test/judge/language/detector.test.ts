import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFrequencies } from '../../../src/judge/language/detector.ts';

const file = new URL('../ngrams/small.js', import.meta.resolve('eld/small'));

describe('the n-grams of the language detector', () => {
  it('are read without running their module as the module itself says them', async () => {
    const { ngramsData } = (await import(file.href)) as { ngramsData: ReturnType<typeof readFrequencies> };
    const read = readFrequencies(readFileSync(file, 'utf8'));
    const { ngrams, type, languages } = ngramsData;
    expect(read).toMatchObject({ type, languages });
    const differ = Object.keys(ngrams).filter(
      (ngram) => JSON.stringify(read.ngrams[ngram]) !== JSON.stringify(ngrams[ngram]),
    );
    expect(differ).toEqual([]);
    expect(Object.keys(ngrams).length).toBeGreaterThan(80_000);
    expect(read.ngrams['no such']).toBeUndefined();
  });

  it('are not read from a file of another form', () => {
    expect(() => readFrequencies('export default {}')).toThrow(/not in the form/);
  });
});
