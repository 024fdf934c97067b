import { DECISIONS, type Decision } from '../message/types.ts';
import { minimise } from './lbfgs.ts';
import { type LabelledReading, NO_BIAS, fitTemperature } from './temperature.ts';

export interface Scaling {
  temperature: number;
  /** Nats added to each decision; 0 for PASS, since only differences count. */
  bias: Record<Decision, number>;
}

/** Keeps the bias of a decision that hardly occurs near 0; as one case in a few hundred would. */
const RIDGE = 0.002;

/**
 * One temperature and a bias for each decision, by maximum likelihood (between temperature and vector scaling of Guo et al.,
 * 2017). A model trained on as many bad drafts as good ones thinks bad ones too likely; no temperature mends that, a
 * bias does. The loss is convex in 1 / temperature and the biases.
 */
export function fitScaling(readings: readonly LabelledReading[]): Scaling {
  const plain = fitTemperature(readings);
  const free = DECISIONS.filter((decision) => decision !== 'PASS');
  const found = minimise((x, gradient) => {
    gradient.fill(0);
    const inverse = (1 + x[0]!) / plain;
    let loss = 0;
    for (const { logLikelihood, gold } of readings) {
      const scaled = DECISIONS.map(
        (decision) =>
          logLikelihood[decision] * inverse + (decision === 'PASS' ? 0 : x[1 + free.indexOf(decision)]!),
      );
      const top = Math.max(...scaled);
      const weights = scaled.map((value) => Math.exp(value - top));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, decision] of DECISIONS.entries()) {
        const off = weights[i]! / total - (decision === gold ? 1 : 0);
        if (decision === gold) loss -= Math.log(weights[i]! / total);
        gradient[0]! += (off * logLikelihood[decision]) / plain;
        if (decision !== 'PASS') gradient[1 + free.indexOf(decision)]! += off;
      }
    }
    for (let i = 0; i < gradient.length; i += 1) {
      gradient[i] = gradient[i]! / readings.length + RIDGE * x[i]!;
      loss += (readings.length * RIDGE * x[i]! ** 2) / 2;
    }
    return loss / readings.length;
  }, 1 + free.length);
  const stretch = 1 + found[0]!;
  // The likelihoods would then speak against their own label: better without.
  if (!(stretch > 0.05)) return { temperature: plain, bias: { ...NO_BIAS } };
  const bias = Object.fromEntries(
    DECISIONS.map((decision) => [decision, decision === 'PASS' ? 0 : found[1 + free.indexOf(decision)]!]),
  ) as Record<Decision, number>;
  return { temperature: plain / stretch, bias };
}
