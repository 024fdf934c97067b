import type { Finding, Verdict } from '../judge/verdict.ts';
import { DECISIONS, type Decision, type Span } from '../message/types.ts';
import { type CalibrationError, type Prediction, calibrationError } from './calibration-error.ts';
import type { Case } from './cases.ts';
import { likeliest } from './likeliest.ts';
import { type Proportion, percentile, proportion } from './statistics.ts';

/** What an evaluation needs to know of a verdict; a whole one will do. */
export interface Judged extends Pick<Verdict, 'decision' | 'hold_reason'> {
  findings: readonly (Pick<Finding, 'rule' | 'enforced'> & Partial<Pick<Finding, 'spans'>>)[];
  /** One sentence on why, where the judge gives one. */
  rationale?: string;
  /** Of a judge that states them; sums to 1. */
  probabilities?: Record<Decision, number> | null;
  /** Length of what the model was asked; 0 where its host does not say. */
  prompt_tokens?: number;
  /** Time saved because another judge had asked the model the same, milliseconds; counted as if spent. */
  spared_ms?: number;
}

/** Judges one case. Whatever stands behind it (rules, adapter, a whole gate) is the caller's choice. */
export type JudgeCase = (one: Case) => Judged | Promise<Judged>;

/** What came of a case; `HOLD` where doubt held it. */
export type Outcome = Decision | 'HOLD';
export const OUTCOMES: readonly Outcome[] = [...DECISIONS, 'HOLD'];

/** Group of the cases whose file does not say. */
export const NOT_SAID = '(none given)';

export interface CaseResult {
  id: string;
  gold: Decision;
  /** The rule and probe the case was written for. */
  rule: string | null;
  probe: string | null;
  hard: boolean | null;
  long: boolean | null;
  decision: Outcome;
  hold_reason: string | null;
  /** Enforced rules that fired, in rubric order. */
  rules: string[];
  /** The judge's sentence on why; null where it gives none. */
  rationale: string | null;
  /** Where in the draft the first enforced rule found it; null where nothing of the text was to blame. */
  evidence: Span | null;
  latency_ms: number;
  /** null for a judge that states none. */
  probabilities: Record<Decision, number> | null;
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
  /** `hard` and `not hard`, as the authors of the cases said. */
  byDifficulty: Record<string, Tally>;
  /** `long` and `not long`, as the authors of the cases said. */
  byLength: Record<string, Tally>;
  /** gold → outcome → count. */
  confusion: Record<Decision, Record<Outcome, number>>;
  latency_ms: { p50: number; p95: number; p99: number };
  /** null for a judge that states no probabilities. */
  calibration: StatedProbabilities | null;
}

/** Whether stated probabilities can be believed. */
export interface StatedProbabilities {
  cases: number;
  /** Mean squared distance of all five probabilities from the right label, 0 to 2 (Brier, 1950). */
  brier: number;
  /** Of the likeliest label's probability, against that label being right. */
  top: CalibrationError;
  /** Of P(PASS), against the draft being good. */
  pass: CalibrationError;
}

export interface EvaluateOptions {
  /** Told after each case. */
  onProgress?: (done: number) => void;
  /** Ends after the case at hand; what was judged until then is returned. */
  signal?: AbortSignal;
}

/** Judges every case, one after the other, so that latencies are those of a judge without company. */
export async function evaluate(
  cases: readonly Case[],
  judge: JudgeCase,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of cases) {
    if (signal?.aborted) break;
    const began = performance.now();
    const verdict = await judge(one);
    const took = performance.now() - began + (verdict.spared_ms ?? 0);
    results.push(resultOf(one, verdict, took));
    onProgress?.(results.length);
  }
  return results;
}

/** What came of a case; `latency_ms` is how long judging it took. */
export function resultOf(one: Case, judged: Judged, latency_ms: number): CaseResult {
  const enforced = judged.findings.filter((finding) => finding.enforced);
  return {
    id: one.id,
    gold: one.gold,
    rule: one.rule,
    probe: one.probe,
    hard: one.hard,
    long: one.long,
    decision: judged.decision ?? 'HOLD',
    hold_reason: judged.hold_reason,
    rules: enforced.map((finding) => finding.rule),
    rationale: judged.rationale ?? null,
    evidence: enforced[0]?.spans?.[0] ?? null,
    latency_ms,
    probabilities: judged.probabilities ?? null,
  };
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
    byDifficulty: grouped(results, (result) => said(result.hard, 'hard')),
    byLength: grouped(results, (result) => said(result.long, 'long')),
    confusion,
    latency_ms: {
      p50: percentile(latencies, 50),
      p95: percentile(latencies, 95),
      p99: percentile(latencies, 99),
    },
    calibration: statedProbabilities(results),
  };
}

/** @returns null where no case has probabilities */
export function statedProbabilities(
  results: readonly Pick<CaseResult, 'gold' | 'probabilities'>[],
): StatedProbabilities | null {
  const stated = results.flatMap(({ gold, probabilities }) =>
    probabilities === null ? [] : [{ gold, probabilities }],
  );
  if (stated.length === 0) return null;
  const squares = stated.map(({ gold, probabilities }) =>
    DECISIONS.reduce((sum, decision) => sum + (probabilities[decision] - +(decision === gold)) ** 2, 0),
  );
  const top = stated.map(({ gold, probabilities }): Prediction => {
    const label = likeliest(probabilities);
    return { probability: probabilities[label], came: label === gold };
  });
  const pass = stated.map(
    ({ gold, probabilities }): Prediction => ({ probability: probabilities.PASS, came: gold === 'PASS' }),
  );
  return {
    cases: stated.length,
    brier: squares.reduce((sum, square) => sum + square, 0) / stated.length,
    top: calibrationError(top),
    pass: calibrationError(pass),
  };
}

const said = (is: boolean | null, word: string): string | null =>
  is === null ? null : is ? word : `not ${word}`;

/** Both sides of some results. */
export function tally(results: readonly CaseResult[]): Tally {
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
  const names = [...new Set(results.map((result) => nameOf(result) ?? NOT_SAID))].sort();
  return Object.fromEntries(
    names.map((name) => [name, tally(results.filter((result) => (nameOf(result) ?? NOT_SAID) === name))]),
  );
}
