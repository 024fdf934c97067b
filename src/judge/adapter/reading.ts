import { z } from 'zod';
import { DECISIONS, type Decision } from '../../message/types.ts';
import type { Classification } from './adapter.ts';

const share = z.number().min(0).max(1);

/** What `presend models calibrate` writes beside a model. A model without one judges in shadow only. */
export const calibrationSchema = z.strictObject({
  format: z.literal(1),
  /** The adapter version it was fitted for; another version's is refused. */
  version: z.string(),
  /** Divides the log-likelihoods before the softmax (Guo et al., 2017). */
  temperature: z.number().positive(),
  /** Added to them after that, in nats: how much likelier each decision is than the model thinks. */
  bias: z
    .record(z.enum(DECISIONS), z.number())
    .default({ SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 }),
  /**
   * A draft passes when P(PASS) reaches `PASS`. Otherwise the likeliest other decision stands when it reaches its own;
   * between the two is doubt.
   */
  thresholds: z.record(z.enum(DECISIONS), share),
  /** How it was fitted and what it gave on cases it was not fitted on; for people. */
  notes: z.record(z.string(), z.unknown()).default({}),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** For a model that was never calibrated: shown, never acted upon. */
export const UNCALIBRATED: Calibration = {
  format: 1,
  version: '',
  temperature: 1,
  bias: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 },
  thresholds: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0.5 },
  notes: {},
};

export interface Reading {
  /** Calibrated, sums to 1. */
  probabilities: Record<Decision, number>;
  /** null: not sure enough of any. */
  decision: Decision | null;
  /** Probability of `decision`, or the highest one where there is none. */
  confidence: number;
}

/** What a classification says once it is calibrated. Pure. */
export function readClassification({ logLikelihood }: Classification, calibration: Calibration): Reading {
  const { temperature, bias } = calibration;
  const scaled = DECISIONS.map((decision) => logLikelihood[decision] / temperature + bias[decision]);
  const top = Math.max(...scaled);
  const weights = scaled.map((value) => Math.exp(value - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = Object.fromEntries(
    DECISIONS.map((decision, i) => [decision, (weights[i] ?? 0) / total]),
  ) as Record<Decision, number>;

  const { thresholds } = calibration;
  if (probabilities.PASS >= thresholds.PASS) {
    return { probabilities, decision: 'PASS', confidence: probabilities.PASS };
  }
  const stops = DECISIONS.filter((decision) => decision !== 'PASS');
  const likeliest = stops.reduce((best, one) => (probabilities[one] > probabilities[best] ? one : best));
  const sure = probabilities[likeliest] >= thresholds[likeliest];
  return {
    probabilities,
    decision: sure ? likeliest : null,
    confidence: Math.max(probabilities[likeliest], sure ? 0 : probabilities.PASS),
  };
}
