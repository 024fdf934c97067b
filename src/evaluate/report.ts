import { DECISIONS } from '../message/types.ts';
import type { CalibrationError } from './calibration-error.ts';
import {
  type CaseResult,
  NOT_SAID,
  OUTCOMES,
  type StatedProbabilities,
  type Summary,
  type Tally,
  tally,
} from './evaluate.ts';
import { mdTable } from './markdown.ts';
import type { Proportion } from './statistics.ts';

/** One judge's results on one file of cases. */
export interface Run {
  /** Name of the file, without folder and ending. */
  file: string;
  judge: string;
  results: CaseResult[];
  summary: Summary;
  /** Rows of the file that were left out because they cannot be used. */
  bad_rows: number;
}

/** The figures for people. A hold counts as stopped, but not as the right decision. */
export function textReport(summary: Summary): string {
  const { p50, p95, p99 } = summary.latency_ms;
  return [
    `${summary.cases} cases: ${summary.exact.of} bad, ${summary.goodStopped.of} good (95 % Clopper–Pearson intervals)`,
    '',
    `bad stopped with the right decision  ${shown(summary.exact)}`,
    `bad stopped at all                   ${shown(summary.stopped)}`,
    `good stopped (false positives)       ${shown(summary.goodStopped)}`,
    '',
    ...table('rule', summary.byRule),
    '',
    ...table('probe', summary.byProbe),
    '',
    ...(isSaid(summary.byDifficulty) ? [...table('difficulty', summary.byDifficulty), ''] : []),
    ...(isSaid(summary.byLength) ? [...table('length', summary.byLength), ''] : []),
    ...confusion(summary),
    '',
    ...(summary.calibration === null ? [] : [...calibration(summary.calibration), '']),
    `latency: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    '',
  ].join('\n');
}

/** A line for each file and judge, and where there are several files, one for each judge on all of them. */
export function briefReport(runs: readonly Run[]): string {
  const tallies: { file: string; judge: string; summary: Tally }[] = [...runs, ...onAllFiles(runs)];
  const width = (key: 'file' | 'judge', least: number): number =>
    Math.max(...tallies.map((one) => one[key].length + 2), least);
  const [files, judges] = [width('file', 6), width('judge', 14)];
  const head = ['file'.padEnd(files), 'judge'.padEnd(judges), 'bad stopped'.padEnd(26), 'right'.padEnd(26)];
  const rows = tallies.map(({ file, judge, summary: { stopped, exact, goodStopped } }) =>
    [
      file.padEnd(files),
      judge.padEnd(judges),
      brief(stopped).padEnd(26),
      brief(exact).padEnd(26),
      brief(goodStopped),
    ].join(''),
  );
  return `${[`${head.join('')}good stopped`, ...rows].join('\n')}\n`;
}

function onAllFiles(runs: readonly Run[]) {
  if (new Set(runs.map(({ file }) => file)).size < 2) return [];
  return [...new Set(runs.map(({ judge }) => judge))].map((judge) => ({
    file: 'all files',
    judge,
    summary: tally(runs.filter((run) => run.judge === judge).flatMap(({ results }) => results)),
  }));
}

/** The same as a Markdown table, with 95 % Clopper–Pearson intervals. */
export function markdownTable(runs: readonly Run[]): string {
  const rows = runs.map(({ file, judge, summary: { stopped, exact, goodStopped } }) => [
    file,
    judge,
    ...[stopped, exact, goodStopped].map(cell),
    `${stopped.of} + ${goodStopped.of}`,
  ]);
  const head = ['cases', 'judge', 'bad: stopped', 'bad: exact', 'good: stopped', 'n (bad + good)'];
  return `${mdTable(head, rows)}\n`;
}

/** One JSON line a case, then one with the summary. */
export function jsonLines({ file, judge, results, summary, bad_rows }: Run): string {
  const lines = results.map(
    ({ id, gold, hard, long, decision, hold_reason, rules, latency_ms, probabilities }) =>
      JSON.stringify({
        id,
        gold,
        ...(hard === null ? {} : { hard }),
        ...(long === null ? {} : { long }),
        decision,
        hold_reason,
        rules,
        latency_ms: round(latency_ms),
        ...(probabilities === null ? {} : { probabilities }),
        file,
        judge,
      }),
  );
  return `${[...lines, JSON.stringify({ file, judge, bad_rows, summary })].join('\n')}\n`;
}

/** Whether any case says which group it is of. */
export const isSaid = (groups: Record<string, Tally>): boolean =>
  Object.keys(groups).some((name) => name !== NOT_SAID);

function table(name: string, groups: Record<string, Tally>): string[] {
  const head = [name.padEnd(24), 'right'.padEnd(24), 'stopped'.padEnd(24), 'good stopped'].join('');
  const rows = Object.entries(groups).map(([group, { exact, stopped, goodStopped }]) =>
    [group.padEnd(24), brief(exact).padEnd(24), brief(stopped).padEnd(24), brief(goodStopped)].join(''),
  );
  return [head, ...rows.map((row) => row.trimEnd())];
}

function confusion({ confusion: counts }: Summary): string[] {
  const head = `${'gold \\ decision'.padEnd(18)}${OUTCOMES.map((name) => name.padStart(10)).join('')}`;
  const rows = DECISIONS.map(
    (gold) => `${gold.padEnd(18)}${OUTCOMES.map((name) => String(counts[gold][name]).padStart(10)).join('')}`,
  );
  return [head, ...rows];
}

/** Expected calibration errors, and the reliability of P(PASS), which is what lets mail go. */
export function calibration({ cases, brier, top, pass }: StatedProbabilities): string[] {
  return [
    `probabilities of ${cases} cases: Brier score ${brier.toFixed(3)} (0 to 2); expected calibration error, 15 bins of equal mass:`,
    `  likeliest label ${errorShown(top)}`,
    `  P(PASS)         ${errorShown(pass)}`,
    '',
    ...reliability(pass),
  ];
}

function reliability({ bins }: CalibrationError): string[] {
  const head = ['P(PASS) stated'.padEnd(24), 'mean'.padEnd(10), 'good drafts'].join('');
  const rows = bins.map(({ from, to, stated, observed }) =>
    [`${from.toFixed(3)} to ${to.toFixed(3)}`.padEnd(24), stated.toFixed(3).padEnd(10), shown(observed)].join(
      '',
    ),
  );
  return [head, ...rows];
}

const errorShown = ({ ece: { value, low, high }, brier }: CalibrationError): string =>
  `${percent(value)} [${percent(low)}, ${percent(high)}], Brier ${brier.toFixed(3)}`;

/** Rate, interval and counts. */
export function shown(value: Proportion): string {
  if (value.rate === null) return 'no cases';
  return `${percent(value.rate)} [${percent(value.low)}, ${percent(value.high)}]  ${value.hits}/${value.of}`;
}

/** Counts and interval. */
export function brief(value: Proportion): string {
  if (value.rate === null) return '-';
  return `${value.hits}/${value.of} [${percent(value.low)}, ${percent(value.high)}]`;
}

/** Rate and interval, for a table. */
export function cell({ rate, low, high }: Proportion): string {
  if (rate === null) return '–';
  return `${percent(rate)} [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;
}

/** "94.0 %". */
export const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
const round = (value: number): number => Math.round(value * 1000) / 1000;
