import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { fitScaling } from '../../src/evaluate/scaling.ts';
import { type LabelledReading, fitTemperature, meanLoss } from '../../src/evaluate/temperature.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

/** Readings whose labels are drawn from their likelihoods divided by `temperature`, with PASS `more` nats likelier. */
function drawn(count: number, temperature: number, more: number, seed: number): LabelledReading[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const values = DECISIONS.map(() => random() * 8 - 8);
    const weights = values.map((value, i) =>
      Math.exp(value / temperature + (DECISIONS[i] === 'PASS' ? more : 0)),
    );
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const index = weights.findIndex((weight) => (left -= weight) <= 0);
    const logLikelihood = Object.fromEntries(DECISIONS.map((decision, i) => [decision, values[i]])) as Record<
      Decision,
      number
    >;
    return { logLikelihood, gold: DECISIONS[index] ?? 'PASS' };
  });
}

describe('fitScaling', () => {
  it('finds the temperature and the bias that the labels were drawn with', () => {
    const { temperature, bias } = fitScaling(drawn(6000, 2, 1.5, 3));
    expect(temperature).toBeGreaterThan(1.8);
    expect(temperature).toBeLessThan(2.2);
    expect(bias.PASS).toBe(0);
    for (const decision of DECISIONS.filter((one) => one !== 'PASS')) {
      expect(bias[decision]).toBeGreaterThan(-1.75);
      expect(bias[decision]).toBeLessThan(-1.25);
    }
  });

  it('fits fresh readings better than a temperature alone', () => {
    const fit = drawn(2000, 2, 1.5, 4);
    const fresh = drawn(2000, 2, 1.5, 5);
    const { temperature, bias } = fitScaling(fit);
    expect(meanLoss(fresh, temperature, bias)).toBeLessThan(meanLoss(fresh, fitTemperature(fit)) - 0.02);
  });

  it('leaves a decision that never occurs near where the model puts it', () => {
    const few = drawn(300, 1, 0, 6).filter(({ gold }) => gold !== 'ESCALATE');
    expect(fitScaling(few).bias.ESCALATE).toBeGreaterThan(-6);
  });
});
