import { randomFrom } from './random.ts';
import { type Proportion, percentile, proportion } from './statistics.ts';

/** A stated probability and whether it came true. */
export interface Prediction {
  probability: number;
  came: boolean;
}

/** One row of a reliability table: predictions of about the same probability. */
export interface ReliabilityBin {
  from: number;
  to: number;
  /** Mean of the stated probabilities. */
  stated: number;
  /** How often they came true. */
  observed: Proportion;
}

export interface CalibrationError {
  /** Expected calibration error, 0 to 1, with the 95 % interval of a bootstrap. */
  ece: { value: number; low: number; high: number };
  /** Mean squared difference of probability and outcome, 0 to 1. */
  brier: number;
  bins: ReliabilityBin[];
}

const BINS = 15;
const REPLICATES = 1000;

/**
 * How far stated probabilities are from what happens, over bins of equal mass (Nguyen and O'Connor, 2015). The interval is
 * the percentile bootstrap over 1,000 resamples with a fixed seed. The estimate is biased upwards on small sets.
 *
 * @param predictions at least one; their order does not matter
 */
export function calibrationError(predictions: readonly Prediction[], seed = 1): CalibrationError {
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  const probabilities = Float64Array.from(sorted, ({ probability }) => probability);
  const outcomes = sharedAmongEqual(sorted);
  const bins = equalMass(sorted.length).map(([from, to]): ReliabilityBin => {
    const members = sorted.slice(from, to);
    return {
      from: members[0]!.probability,
      to: members.at(-1)!.probability,
      stated: mean(probabilities, from, to),
      observed: proportion(members.filter(({ came }) => came).length, members.length),
    };
  });
  const replicates = bootstrap(probabilities, outcomes, seed);
  return {
    ece: {
      value: expectedError(probabilities, outcomes),
      low: percentile(replicates, 2.5),
      high: percentile(replicates, 97.5),
    },
    brier: sorted.reduce((sum, { probability, came }) => sum + (probability - +came) ** 2, 0) / sorted.length,
    bins,
  };
}

/** Equal probabilities share their outcomes evenly, so that a bin's edge between them cannot depend on the order of cases. */
function sharedAmongEqual(sorted: readonly Prediction[]): Float64Array {
  const outcomes = new Float64Array(sorted.length);
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    let came = 0;
    while (to < sorted.length && sorted[to]!.probability === sorted[from]!.probability) {
      came += +sorted[to]!.came;
      to += 1;
    }
    outcomes.fill(came / (to - from), from, to);
    from = to;
  }
  return outcomes;
}

/** @param outcomes parallel to `probabilities`, which ascend */
function expectedError(probabilities: Float64Array, outcomes: Float64Array): number {
  const { length } = probabilities;
  return equalMass(length).reduce((sum, [from, to]) => {
    const gap = Math.abs(mean(probabilities, from, to) - mean(outcomes, from, to));
    return sum + ((to - from) / length) * gap;
  }, 0);
}

/** Bounds of bins whose sizes differ by one at most. */
function equalMass(length: number): [number, number][] {
  const bins = Math.min(BINS, length);
  return Array.from({ length: bins }, (_, bin) => [
    Math.round((bin * length) / bins),
    Math.round(((bin + 1) * length) / bins),
  ]);
}

function bootstrap(probabilities: Float64Array, outcomes: Float64Array, seed: number): number[] {
  const random = randomFrom(seed);
  const { length } = probabilities;
  const drawn = new Int32Array(length);
  const p = new Float64Array(length);
  const y = new Float64Array(length);
  return Array.from({ length: REPLICATES }, () => {
    drawn.fill(0);
    for (let i = 0; i < length; i += 1) drawn[Math.floor(random() * length)]! += 1;
    // Counting instead of sorting: the draws come out in ascending order of probability.
    for (let i = 0, at = 0; i < length; i += 1) {
      const until = at + drawn[i]!;
      p.fill(probabilities[i]!, at, until);
      y.fill(outcomes[i]!, at, until);
      at = until;
    }
    return expectedError(p, y);
  });
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += values[i]!;
  return sum / (to - from);
}
