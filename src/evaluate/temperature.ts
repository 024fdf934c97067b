import { DECISIONS, type Decision } from '../message/types.ts';

/** What the adapter read of a case and the decision it must get. */
export interface LabelledReading {
  /** ln p of each decision, unnormalised; finite. */
  logLikelihood: Record<Decision, number>;
  gold: Decision;
}

export const NO_BIAS: Readonly<Record<Decision, number>> = {
  SUPPRESS: 0,
  ESCALATE: 0,
  BLOCK: 0,
  PENALISE: 0,
  PASS: 0,
};

const LOWEST = 0.05;
const HIGHEST = 20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Mean negative log likelihood of the right decision after scaling, in nats. */
export function meanLoss(
  readings: readonly LabelledReading[],
  temperature: number,
  bias: Readonly<Record<Decision, number>> = NO_BIAS,
): number {
  return softTargetLoss(readings, temperature, 1, bias);
}

/**
 * The temperature that makes known labels likeliest (Guo et al., 2017), by golden-section search on its logarithm: the loss
 * is convex in 1 / temperature, so there is one minimum. Targets are softened as in Platt (1999), by as much as one
 * case more would unsettle: where every label is right, it keeps the fit from declaring the model infallible.
 *
 * @returns 0.05 to 20
 */
export function fitTemperature(readings: readonly LabelledReading[]): number {
  const target = (readings.length + 1) / (readings.length + 2);
  const loss = (log: number): number => softTargetLoss(readings, Math.exp(log), target);
  let low = Math.log(LOWEST);
  let high = Math.log(HIGHEST);
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let lossLeft = loss(left);
  let lossRight = loss(right);
  while (high - low > 1e-5) {
    if (lossLeft <= lossRight) {
      high = right;
      [right, lossRight] = [left, lossLeft];
      left = high - GOLDEN * (high - low);
      lossLeft = loss(left);
    } else {
      low = left;
      [left, lossLeft] = [right, lossRight];
      right = low + GOLDEN * (high - low);
      lossRight = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Cross-entropy against `target` for the right decision, the rest shared by the others. */
function softTargetLoss(
  readings: readonly LabelledReading[],
  temperature: number,
  target: number,
  bias = NO_BIAS,
): number {
  const rest = (1 - target) / (DECISIONS.length - 1);
  const sum = readings.reduce((total, { logLikelihood, gold }) => {
    const scaled = DECISIONS.map((decision) => logLikelihood[decision] / temperature + bias[decision]);
    const top = Math.max(...scaled);
    const normaliser = top + Math.log(scaled.reduce((mass, value) => mass + Math.exp(value - top), 0));
    return DECISIONS.reduce((partial, decision, i) => {
      const weight = decision === gold ? target : rest;
      return weight === 0 ? partial : partial + weight * (normaliser - scaled[i]!);
    }, total);
  }, 0);
  return sum / readings.length;
}
