import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintWords, fingerprints } from '../../../src/judge/language/fingerprint.ts';

describe('fingerprints', () => {
  it('are integers that fit 52 bits and repeat for the same text', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 60 }), (text) => {
        const first = fingerprints(text);
        expect(first).toEqual(fingerprints(text));
        expect(new Set(first).size).toBe(first.length);
        for (const hash of first) {
          expect(Number.isInteger(hash)).toBe(true);
          expect(hash).toBeGreaterThanOrEqual(0);
          expect(hash).toBeLessThan(2 ** 52);
        }
      }),
    );
  });

  it('find every shared run of seven words, whatever stands around it', () => {
    const shared = 'finance told us the warehouse lease lapses';
    const word = fc.stringMatching(/^[a-z]{2,9}$/);
    fc.assert(
      fc.property(fc.array(word), fc.array(word), fc.array(word), (before, after, other) => {
        const one = fingerprints([...before, shared, ...after].join(' '));
        const two = new Set(fingerprints([...other, shared].join(' ')));
        expect(one.some((hash) => two.has(hash))).toBe(true);
      }),
    );
  });

  it('do not depend on case, punctuation, accents or apostrophes', () => {
    expect(fingerprints('We can\u2019t renew; the caf\u00e9 lease ends')).toEqual(
      fingerprints('we cant renew the CAFE lease, ends'),
    );
    expect(fingerprintWords('  Zero-trust, \u201cnow\u201d ')).toEqual(['zero', 'trust', 'now']);
  });

  it('are none for a text shorter than a shingle', () => {
    expect(fingerprints('thanks so much')).toEqual([]);
    expect(fingerprints('')).toEqual([]);
  });
});
