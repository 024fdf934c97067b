import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { type LabelledReading, fitTemperature, meanLoss } from '../../src/evaluate/temperature.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

/** Readings whose labels are drawn from the softmax of their likelihoods divided by `temperature`. */
function drawn(count: number, temperature: number, seed: number): LabelledReading[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const values = DECISIONS.map(() => random() * 8 - 8);
    const weights = values.map((value) => Math.exp(value / temperature));
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const index = weights.findIndex((weight) => (left -= weight) <= 0);
    const logLikelihood = Object.fromEntries(DECISIONS.map((decision, i) => [decision, values[i]])) as Record<
      Decision,
      number
    >;
    return { logLikelihood, gold: DECISIONS[index] ?? 'PASS' };
  });
}

describe('fitTemperature', () => {
  it.each([0.5, 1, 2.5])('finds the temperature %d that the labels were drawn with', (temperature) => {
    const readings = drawn(4000, temperature, 5);
    const fitted = fitTemperature(readings);
    expect(fitted / temperature).toBeGreaterThan(0.9);
    expect(fitted / temperature).toBeLessThan(1.1);
    expect(meanLoss(readings, fitted)).toBeLessThanOrEqual(meanLoss(readings, temperature) + 1e-6);
  });
  it('does not make a model that was right on a few cases infallible', () => {
    const right = drawn(20, 1, 1).map(({ logLikelihood }) => ({
      logLikelihood: { ...logLikelihood, BLOCK: 5 },
      gold: 'BLOCK' as const,
    }));
    const fitted = fitTemperature(right);
    const share = Math.exp(-meanLoss(right, fitted));
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.99);
  });
  it('flattens a model that is sure and always wrong', () => {
    const wrong = drawn(50, 1, 2).map(({ logLikelihood }) => ({
      logLikelihood: { ...logLikelihood, BLOCK: 5 },
      gold: 'PASS' as const,
    }));
    expect(fitTemperature(wrong)).toBeGreaterThan(19.9);
  });
});
