import type { Verdict } from '../judge/verdict.ts';
import { DECISIONS, type Decision } from '../message/types.ts';
import type { Case } from './cases.ts';
import { type Proportion, percentile, proportion } from './statistics.ts';

/** Judges one case. Whatever stands behind it (rules, adapter, a whole gate) is the caller's choice. */
export type JudgeCase = (one: Case) => Verdict | Promise<Verdict>;

/** What came of a case; `HOLD` where doubt held it. */
export type Outcome = Decision | 'HOLD';
export const OUTCOMES: readonly Outcome[] = [...DECISIONS, 'HOLD'];

export interface CaseResult {
  id: string;
  gold: Decision;
  /** The rule and probe the case was written for. */
  rule: string | null;
  probe: string | null;
  decision: Outcome;
  hold_reason: string | null;
  /** Enforced rules that fired, in rubric order. */
  rules: string[];
  latency_ms: number;
}

/** Counts of one group of cases. Stopped means anything but PASS. */
export interface Tally {
  /** Bad drafts that got their very decision. */
  exact: Proportion;
  /** Bad drafts that were stopped at all. */
  stopped: Proportion;
  /** Good drafts that were stopped: false positives. */
  goodStopped: Proportion;
}

export interface Summary extends Tally {
  cases: number;
  byRule: Record<string, Tally>;
  byProbe: Record<string, Tally>;
  /** gold → outcome → count. */
  confusion: Record<Decision, Record<Outcome, number>>;
  latency_ms: { p50: number; p95: number; p99: number };
}

/** Judges every case, one after the other, so that latencies are those of a judge without company. */
export async function evaluate(cases: readonly Case[], judge: JudgeCase): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of cases) {
    const began = performance.now();
    const verdict = await judge(one);
    results.push({
      id: one.id,
      gold: one.gold,
      rule: one.rule,
      probe: one.probe,
      decision: verdict.decision ?? 'HOLD',
      hold_reason: verdict.hold_reason,
      rules: verdict.findings.filter((finding) => finding.enforced).map((finding) => finding.rule),
      latency_ms: performance.now() - began,
    });
  }
  return results;
}

export function summarise(results: readonly CaseResult[]): Summary {
  const latencies = results.map((result) => result.latency_ms);
  const confusion = Object.fromEntries(
    DECISIONS.map((gold) => [gold, Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]))]),
  ) as Summary['confusion'];
  for (const { gold, decision } of results) confusion[gold][decision] += 1;
  return {
    cases: results.length,
    ...tally(results),
    byRule: grouped(results, (result) => result.rule),
    byProbe: grouped(results, (result) => result.probe),
    confusion,
    latency_ms: {
      p50: percentile(latencies, 50),
      p95: percentile(latencies, 95),
      p99: percentile(latencies, 99),
    },
  };
}

function tally(results: readonly CaseResult[]): Tally {
  const bad = results.filter((result) => result.gold !== 'PASS');
  const good = results.filter((result) => result.gold === 'PASS');
  const stopped = (list: readonly CaseResult[]): number =>
    list.filter((result) => result.decision !== 'PASS').length;
  const exact = bad.filter((result) => result.decision === result.gold).length;
  return {
    exact: proportion(exact, bad.length),
    stopped: proportion(stopped(bad), bad.length),
    goodStopped: proportion(stopped(good), good.length),
  };
}

function grouped(
  results: readonly CaseResult[],
  nameOf: (result: CaseResult) => string | null,
): Record<string, Tally> {
  const names = [...new Set(results.map((result) => nameOf(result) ?? '(none given)'))].sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      tally(results.filter((result) => (nameOf(result) ?? '(none given)') === name)),
    ]),
  );
}
