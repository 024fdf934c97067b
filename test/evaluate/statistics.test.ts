import { describe, expect, it } from 'vitest';
import { incompleteBeta, percentile, proportion } from '../../src/evaluate/statistics.ts';

describe('incompleteBeta', () => {
  // I_x(1, b) = 1 - (1 - x)^b; I_x(a, 1) = x^a; I_0.5(a, a) = 0.5.
  it.each([
    [0.3, 1, 5, 1 - 0.7 ** 5],
    [0.9, 7, 1, 0.9 ** 7],
    [0.5, 12, 12, 0.5],
    [0.5, 500, 500, 0.5],
    [0.25, 2, 3, 0.26171875],
    [0, 2, 3, 0],
    [1, 2, 3, 1],
  ])('I_%d(%d, %d)', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 10);
  });
});

describe('proportion', () => {
  // Values as R's binom.test gives them.
  it.each([
    [0, 10, 0, 0.3084971],
    [10, 10, 0.6915029, 1],
    [5, 10, 0.187086, 0.812914],
    [52, 61, 0.7383, 0.9302],
    [1, 100, 0.0002531, 0.0544594],
  ])('%d of %d', (hits, of, low, high) => {
    const interval = proportion(hits, of);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });
  it('has no rate for no trials, and says nothing', () => {
    expect(proportion(0, 0)).toMatchObject({ rate: null, low: 0, high: 1 });
  });
  it('is finite for every count up to 60', () => {
    for (let of = 1; of <= 60; of += 1) {
      for (let hits = 0; hits <= of; hits += 1) {
        const { low, high } = proportion(hits, of);
        expect(low).toBeLessThanOrEqual(hits / of);
        expect(high).toBeGreaterThanOrEqual(hits / of);
      }
    }
  });
});

describe('percentile', () => {
  it('takes the nearest rank', () => {
    expect([50, 95, 99].map((p) => percentile([5, 1, 4, 2, 3], p))).toEqual([3, 5, 5]);
    expect(percentile([], 50)).toBe(0);
  });
});
