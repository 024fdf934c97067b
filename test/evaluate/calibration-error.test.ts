import { describe, expect, it } from 'vitest';
import { type Prediction, calibrationError } from '../../src/evaluate/calibration-error.ts';
import { randomFrom, shuffled } from '../../src/evaluate/random.ts';

/** `count` predictions of `probability`, of which `came` come true. */
const some = (count: number, probability: number, came: number): Prediction[] =>
  Array.from({ length: count }, (_, i) => ({ probability, came: i < came }));

describe('calibrationError', () => {
  it('is zero where what is stated is what happens', () => {
    const { ece } = calibrationError([...some(100, 0.2, 20), ...some(100, 0.7, 70)]);
    expect(ece.value).toBeCloseTo(0, 10);
  });
  it('is the mean gap, weighted by how many cases each bin has', () => {
    // 300 cases off by 0.1, 150 off by 0.3: (300 × 0.1 + 150 × 0.3) / 450.
    const { ece } = calibrationError([...some(300, 0.9, 240), ...some(150, 0.5, 30)]);
    expect(ece.value).toBeCloseTo((300 * 0.1 + 150 * 0.3) / 450, 10);
  });
  it('is one where certainty is always wrong', () => {
    const { ece, brier } = calibrationError(some(50, 1, 0));
    expect(ece).toEqual({ value: 1, low: 1, high: 1 });
    expect(brier).toBe(1);
  });
  it('does not depend on the order of cases', () => {
    const random = randomFrom(7);
    const cases = Array.from({ length: 200 }, () => {
      const probability = Math.round(random() * 10) / 10;
      return { probability, came: random() < probability };
    });
    const first = calibrationError(cases);
    expect(calibrationError(shuffled(cases, random)).ece).toEqual(first.ece);
    expect(first.ece.low).toBeLessThanOrEqual(first.ece.value);
    expect(first.ece.high).toBeGreaterThan(first.ece.value);
  });
  it('has 15 bins of equal mass, and fewer for fewer cases', () => {
    const spread = Array.from({ length: 152 }, (_, i) => ({ probability: i / 152, came: i % 2 === 0 }));
    const sizes = calibrationError(spread).bins.map(({ observed }) => observed.of);
    expect(sizes).toHaveLength(15);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(152);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(calibrationError(some(3, 0.5, 1)).bins).toHaveLength(3);
  });
  it('gives an interval that holds the error of honest probabilities near zero', () => {
    const random = randomFrom(11);
    const honest = Array.from({ length: 2000 }, () => {
      const probability = random();
      return { probability, came: random() < probability };
    });
    const { ece } = calibrationError(honest);
    expect(ece.value).toBeLessThan(0.04);
    expect(ece.high).toBeLessThan(0.07);
  });
});
