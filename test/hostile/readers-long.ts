/**
 * The long form of `readers.test.ts`: `npm run test:hostile -- readers [--mails N] [--seed S]`. Prints how many mails the readers read
 * differently, how many of those the gate refuses or holds, and each that it does not. Exit code 1 when there is one, or when an
 * ordinary mail is held.
 */
import { parseArgs } from 'node:util';
import type { Comparison } from './readers/compare.ts';
import { hasPython } from './readers/python.ts';
import { passedOn, readersTrial } from './readers/trial.ts';

const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const [mails, seed] = [values.mails, values.seed].map(Number) as [number, number];
/** Mails of one batch, each with a seed of its own: so many are in memory. */
const BATCH = 2_500;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`${mails} mails, seed ${seed}`);
if (!hasPython) print("python3 is not here: Python's email package is left out");

const total: Record<string, { mails: number; stopped: number; differ: number; passed: number }> = {};
let readers: string[] = [];
for (let done = 0; done < mails; done += BATCH) {
  const trial = await readersTrial(Math.min(BATCH, mails - done), seed + done / BATCH);
  readers = trial.valid.readers;
  for (const kind of ['valid', 'mutated', 'fuzzed'] as const) {
    add(kind, trial[kind]);
    if (kind === 'valid')
      for (const why of new Set(trial.valid.stopped)) print(`ORDINARY MAIL STOPPED (${why})`);
    for (const { raw, about } of passedOn(trial[kind])) {
      print(`\nNEITHER REFUSED NOR HELD (${about.join('; ')}; ${trial.madeBy(raw).join(', ') || kind}):`);
      print(raw.toString('latin1'));
    }
  }
  process.stderr.write(`${Math.min(mails, done + BATCH)} of ${mails} read\n`);
}

print(`\nread by ${readers.join(', ')}`);
for (const [kind, { mails: n, stopped, differ, passed }] of Object.entries(total)) {
  print(
    `${kind}: ${n} mails, ${stopped} refused or held; ${differ} read differently, ${passed} of them not stopped`,
  );
}
const { valid } = total;
process.exitCode = (valid?.stopped ?? 0) > 0 || Object.values(total).some(({ passed }) => passed > 0) ? 1 : 0;

function add(kind: string, comparison: Comparison): void {
  const sum = (total[kind] ??= { mails: 0, stopped: 0, differ: 0, passed: 0 });
  sum.mails += comparison.mails;
  sum.stopped += comparison.stopped.length;
  sum.differ += comparison.disagreements.length;
  sum.passed += passedOn(comparison).length;
}
