import type { Outcome } from '../../evaluate/evaluate.ts';
import type { AdapterTrouble } from '../../judge/adapter/adapter.ts';
import type { Decision } from '../../message/types.ts';

/** What came of one probe case; kept as JSON with its run. */
export interface CanaryResult {
  id: string;
  probe: string | null;
  /** Names the two sides of one mail; null for a case without another side. */
  pair: string | null;
  gold: Decision;
  hard: boolean;
  /** The operator's own case. */
  own: boolean;
  /** By the rules alone, by the adapter's calibrated reading alone (`HOLD` = doubt), and by both as the gate joins them. */
  rules: Outcome;
  adapter: Outcome;
  full: Outcome;
  /** Why there is no reading; null when there is one. */
  trouble: AdapterTrouble | null;
  /** Time the adapter took, its wait for mail that went first included, milliseconds. */
  ms: number;
}

export const isGood = ({ gold }: CanaryResult): boolean => gold === 'PASS';

/** Anything but PASS keeps a mail from going. */
const stops = (outcome: Outcome): boolean => outcome !== 'PASS';

/** A good case that goes, a bad one that is stopped. */
export function isRight(result: CanaryResult, by: 'rules' | 'adapter' | 'full'): boolean {
  return stops(result[by]) !== isGood(result);
}

/** Nobody answered: such a case says nothing about the reading. */
export const unanswered = ({ trouble }: CanaryResult): boolean =>
  trouble === 'unavailable' || trouble === 'closed';

/** The adapter stops it, by a decision, by doubt or by an answer that cannot be read. */
export const stoppedByAdapter = (result: CanaryResult): boolean =>
  !unanswered(result) && stops(result.adapter);

/** Only what the rules let go depends on the adapter. */
export const passedByRules = ({ rules }: CanaryResult): boolean => rules === 'PASS';

/** Counts of one group of cases. */
export interface ProbeTally {
  cases: number;
  good: { of: number; rules: number; adapter: number; full: number };
  bad: { of: number; rules: number; adapter: number; full: number };
  /** Of all of them, those marked as hard. */
  hard: { of: number; rules: number; adapter: number; full: number };
}

/** How many of each side each judge has right; `hard` both sides together. */
export function tally(results: readonly CanaryResult[]): ProbeTally {
  const counts = (list: readonly CanaryResult[]) => ({
    of: list.length,
    rules: list.filter((one) => isRight(one, 'rules')).length,
    adapter: list.filter((one) => isRight(one, 'adapter')).length,
    full: list.filter((one) => isRight(one, 'full')).length,
  });
  return {
    cases: results.length,
    good: counts(results.filter(isGood)),
    bad: counts(results.filter((one) => !isGood(one))),
    hard: counts(results.filter(({ hard }) => hard)),
  };
}

/** The same by probe, in the order in which the cases came. */
export function tallyByProbe(results: readonly CanaryResult[]): { probe: string; tally: ProbeTally }[] {
  const probes = [...new Set(results.map(({ probe }) => probe ?? '–'))];
  return probes.map((probe) => ({
    probe,
    tally: tally(results.filter((one) => (one.probe ?? '–') === probe)),
  }));
}
