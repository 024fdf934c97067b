import type { CanaryReport, Turned } from '../kill-switch/canary/report.ts';
import type { ProbeTally } from '../kill-switch/canary/result.ts';
import { counted } from '../message/counted.ts';
import { printLine, printTable } from './output.ts';

/** Cases named of each kind. */
const NAMED = 12;

/** A run of the canary: what it came to, each probe's two sides by each judge, and what turned since the run before. */
export function printReport({ run, all, probes, own, adapter, rules }: CanaryReport): void {
  printLine(`Run ${run.id} ${run.state} (${run.extent} cases, ${run.adapter_version}). ${run.says ?? ''}`);
  printTable(
    [
      'PROBE',
      'CASES',
      'GOOD: RULES',
      'ADAPTER',
      'BOTH',
      'BAD: RULES',
      'ADAPTER',
      'BOTH',
      'HARD: RULES',
      'ADAPTER',
      'BOTH',
    ],
    [
      ...probes.map(({ probe, tally }) => row(probe, tally)),
      row('all', all),
      ...(own === null ? [] : [row('your own', own)]),
    ],
  );
  if (adapter) printTurned('The adapter', `run ${adapter.with.id}`, adapter);
  if (rules) printTurned('The rules', `the rubric ${rules.with.rubric_version}`, rules);
}

function row(name: string, { cases, good, bad, hard }: ProbeTally): string[] {
  const right = (side: ProbeTally['good']): string[] =>
    [side.rules, side.adapter, side.full].map((count) => `${count}/${side.of}`);
  return [name, String(cases), ...right(good), ...right(bad), ...right(hard)];
}

function printTurned(who: string, than: string, { worse, better }: Turned): void {
  if (worse.length + better.length === 0) return printLine(`${who}: the same on every case as in ${than}.`);
  printLine(
    `${who}, against ${than}: ${counted(worse.length, 'case')} for the worse, ${better.length} for the better.`,
  );
  for (const { id, gold, was, now } of worse.slice(0, NAMED))
    printLine(`  ${id}: was ${was}, is ${now}, should be ${gold}`);
  if (worse.length > NAMED) printLine(`  and ${worse.length - NAMED} more`);
}
