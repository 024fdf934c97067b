import type { CaseResult } from './evaluate.ts';
import { holm, mcnemar } from './mcnemar.ts';
import type { Run } from './report.ts';

/** What two judges are compared on; of each, which cases count and when one is right. */
const QUESTIONS = {
  /** Bad drafts that get their very decision. */
  bad_exact: { counts: ({ gold }) => gold !== 'PASS' },
  /** Good drafts that are let pass. */
  good_passed: { counts: ({ gold }) => gold === 'PASS' },
  /** Both together: any draft that gets its decision. */
  right: { counts: () => true },
} satisfies Record<string, { counts: (result: CaseResult) => boolean }>;

export type Question = keyof typeof QUESTIONS;

/** Two judges on the same cases (McNemar's test). */
export interface Comparison {
  first: string;
  second: string;
  question: Question;
  /** Cases that both judged and that the question is about. */
  cases: number;
  both: number;
  /** Right with the first judge alone. */
  onlyFirst: number;
  onlySecond: number;
  neither: number;
  /** Two-sided, exact. */
  p: number;
  /** Holm's, over all pairs of judges within the question; null where there is only one pair. */
  adjusted: number | null;
}

/**
 * Every pair of judges, in their order, on every question; cases that only one of a pair judged are left out.
 *
 * @param runs of any number of judges and files; ids are unique within a file
 */
export function compareJudges(runs: readonly Run[]): Comparison[] {
  const judges = [...new Set(runs.map(({ judge }) => judge))];
  const results = new Map(judges.map((judge) => [judge, resultsOf(runs, judge)]));
  const pairs = judges.flatMap((first, i) => judges.slice(i + 1).map((second) => ({ first, second })));
  return Object.entries(QUESTIONS).flatMap(([question, { counts }]) => {
    const compared = pairs.map(({ first, second }) => ({
      first,
      second,
      question: question as Question,
      ...comparePair(results.get(first)!, results.get(second)!, counts),
    }));
    const adjusted = pairs.length > 1 ? holm(compared.map(({ p }) => p)) : null;
    return compared.map((one, i) => ({ ...one, adjusted: adjusted?.[i] ?? null }));
  });
}

function resultsOf(runs: readonly Run[], judge: string): Map<string, CaseResult> {
  return new Map(
    runs
      .filter((run) => run.judge === judge)
      .flatMap(({ file, results }) => results.map((result) => [JSON.stringify([file, result.id]), result])),
  );
}

function comparePair(
  first: ReadonlyMap<string, CaseResult>,
  second: ReadonlyMap<string, CaseResult>,
  counts: (result: CaseResult) => boolean,
): Pick<Comparison, 'cases' | 'both' | 'onlyFirst' | 'onlySecond' | 'neither' | 'p'> {
  const counted = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  for (const [key, one] of first) {
    const other = second.get(key);
    if (!other || !counts(one)) continue;
    const [here, there] = [one.decision === one.gold, other.decision === other.gold];
    counted[here ? (there ? 'both' : 'onlyFirst') : there ? 'onlySecond' : 'neither'] += 1;
  }
  const cases = Object.values(counted).reduce((sum, count) => sum + count, 0);
  return { cases, ...counted, p: mcnemar(counted.onlyFirst, counted.onlySecond) };
}
