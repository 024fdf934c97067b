import { DECISIONS } from '../message/types.ts';
import { type CaseResult, OUTCOMES, type Summary, type Tally } from './evaluate.ts';
import type { Proportion } from './statistics.ts';

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
    ...confusion(summary),
    '',
    `latency: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    '',
  ].join('\n');
}

/** One JSON line a case, then one with the summary. */
export function jsonLines(results: readonly CaseResult[], summary: Summary): string {
  const lines = results.map(({ id, gold, decision, hold_reason, rules, latency_ms }) =>
    JSON.stringify({ id, gold, decision, hold_reason, rules, latency_ms: round(latency_ms) }),
  );
  return `${[...lines, JSON.stringify({ summary })].join('\n')}\n`;
}

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

function shown(value: Proportion): string {
  if (value.rate === null) return 'no cases';
  return `${percent(value.rate)} [${percent(value.low)}, ${percent(value.high)}]  ${value.hits}/${value.of}`;
}

function brief(value: Proportion): string {
  if (value.rate === null) return '-';
  return `${value.hits}/${value.of} [${percent(value.low)}, ${percent(value.high)}]`;
}

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
const round = (value: number): number => Math.round(value * 1000) / 1000;
