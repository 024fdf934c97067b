import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, mcnemar } from '../../src/evaluate/mcnemar.ts';

/** The two-sided p-value as it is defined: twice the sum of the binomial's probabilities up to the smaller count. */
function bruteForce(first: number, second: number): number {
  const differ = first + second;
  let choose = 1n;
  let sum = 0n;
  for (let k = 0; k <= Math.min(first, second); k += 1) {
    sum += choose;
    choose = (choose * BigInt(differ - k)) / BigInt(k + 1);
  }
  // Scaled so that the division of big integers keeps 15 digits behind the point.
  const scale = 10n ** 30n;
  return Math.min(1, Number((2n * sum * scale) / 2n ** BigInt(differ)) / 1e30);
}

describe('mcnemar', () => {
  it.each([
    // Computed apart, by exact binomial tests.
    [10, 2, 0.03857421875],
    [2, 10, 0.03857421875],
    [5, 0, 0.0625],
    [8, 0, 0.0078125],
    [1, 0, 1],
    [7, 7, 1],
    [0, 0, 1],
  ])('gives the known value for %i against %i', (first, second, p) => {
    expect(mcnemar(first, second)).toBeCloseTo(p, 12);
  });
  it('is the binomial sum for any counts', () => {
    fc.assert(
      fc.property(fc.nat(150), fc.nat(150), (first, second) => {
        const expected = bruteForce(first, second);
        expect(Math.abs(mcnemar(first, second) - expected)).toBeLessThan(1e-10 + 1e-9 * expected);
      }),
    );
  });
  it('knows no side', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (first, second) => {
        expect(mcnemar(first, second)).toBe(mcnemar(second, first));
      }),
    );
  });
  it('agrees with the normal curve where counts are large', () => {
    // z = (|b - c| - 1) / √(b + c) = 2.822; two-sided 0.00477.
    expect(mcnemar(50_400, 49_507)).toBeCloseTo(0.00477, 4);
    expect(mcnemar(60_000, 40_000)).toBeLessThan(1e-300);
    expect(mcnemar(50_000, 50_000)).toBe(1);
  });
});

describe('holm', () => {
  it('multiplies the smallest by their number, the next by one less, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.6])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
  it('keeps the order, is between the value and Bonferroni’s, and at most 1', () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ps, (values) => {
        const adjusted = holm(values);
        for (const [i, value] of values.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, value * values.length));
          for (const [j, other] of values.entries()) {
            if (other < value) expect(adjusted[j]).toBeLessThanOrEqual(adjusted[i]);
          }
        }
      }),
    );
  });
});
