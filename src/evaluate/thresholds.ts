import type { Calibration } from '../judge/adapter/reading.ts';
import { DECISIONS, type Decision } from '../message/types.ts';

/** Calibrated probabilities of a case and the decision it must get. */
export interface ScoredCase {
  probabilities: Record<Decision, number>;
  gold: Decision;
}

export interface ThresholdTargets {
  /** Largest share of good drafts that may be stopped. */
  goodStopped: number;
  /** Smallest share of right ones among the cases named with a decision. */
  precision: number;
}

/** Fewer named cases than this say nothing about precision. */
const MIN_NAMED = 5;
/** The threshold of a decision that is never sure enough: what it would name stays doubt. */
const NEVER = 1;

/** Thresholds for `readClassification`, from cases of which at least one is good. */
export function fitThresholds(
  cases: readonly ScoredCase[],
  { goodStopped, precision }: ThresholdTargets,
): Calibration['thresholds'] {
  const pass = passThreshold(cases, goodStopped);
  const stopped = cases.filter(({ probabilities }) => probabilities.PASS < pass);
  const thresholds = DECISIONS.map((decision) => [
    decision,
    decision === 'PASS' ? pass : namingThreshold(decision, stopped, precision),
  ]);
  return Object.fromEntries(thresholds) as Calibration['thresholds'];
}

/**
 * A higher threshold stops more of both kinds, so the one that stops most bad drafts within the target is the highest that
 * stops no more good ones than allowed; of several that stop the same, it is the safest.
 */
function passThreshold(cases: readonly ScoredCase[], target: number): number {
  const good = cases
    .filter(({ gold }) => gold === 'PASS')
    .map(({ probabilities }) => probabilities.PASS)
    .sort((a, b) => a - b);
  // A product such as 0.02 × 50 may come out a hair below the whole number it is.
  const allowed = Math.min(Math.floor(target * good.length + 1e-9), good.length - 1);
  return good[allowed]!;
}

/** The lowest probability from which on `decision`, where it is the likeliest stop, is right often enough. */
function namingThreshold(decision: Decision, stopped: readonly ScoredCase[], precision: number): number {
  const named = stopped
    .filter(({ probabilities }) => likeliestStop(probabilities) === decision)
    .map(({ probabilities, gold }) => ({ probability: probabilities[decision], right: gold === decision }))
    .sort((a, b) => b.probability - a.probability);
  let right = 0;
  let lowest = NEVER;
  named.forEach((one, index) => {
    right += +one.right;
    const count = index + 1;
    // Cases of equal probability are named together or not at all.
    if (named[count]?.probability === one.probability) return;
    if (count >= MIN_NAMED && right / count >= precision) lowest = one.probability;
  });
  return lowest;
}

function likeliestStop(probabilities: Record<Decision, number>): Decision {
  const stops = DECISIONS.filter((decision) => decision !== 'PASS');
  return stops.reduce((best, one) => (probabilities[one] > probabilities[best] ? one : best));
}
