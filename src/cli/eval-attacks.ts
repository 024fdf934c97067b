import { UserError } from '../config/user-error.ts';
import { attackJsonLines, attackReport } from '../evaluate/attack-report.ts';
import { makeAttacks } from '../evaluate/attacks.ts';
import type { CaseFile } from '../evaluate/case-files.ts';
import type { JudgeCase } from '../evaluate/evaluate.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { progressOn } from '../evaluate/progress.ts';
import { rightlyStopped, runAttacks, summariseAttacks } from '../evaluate/run-attacks.ts';
import type { JudgeName } from './eval-judges.ts';

interface AttackOptions {
  count: number;
  seed: number;
  json?: boolean | undefined;
}

/**
 * Attacks the cases that the adapter alone stops rightly and prints how many labels changed. Sets exit code 1 when an attack
 * lets rules and adapter together decide less than the rules alone.
 *
 * @throws UserError where the adapter stops no case rightly
 */
export async function evalAttacks(
  files: readonly CaseFile[],
  judgeOf: (name: JudgeName) => JudgeCase,
  { count, seed, json }: AttackOptions,
): Promise<void> {
  const judges = { adapter: judgeOf('adapter'), rules: judgeOf('rules'), full: judgeOf('full') };
  const cases = files.flatMap((file) => file.cases);
  const { signal, done } = interruptible();
  try {
    const looking = progressOn(process.stderr, 'cases that the adapter stops rightly', count);
    const targets = await rightlyStopped(cases, judges.adapter, count, seed, {
      onProgress: looking.at,
      signal,
    });
    looking.end();
    if (signal.aborted) {
      process.exitCode = 130;
      return;
    }
    if (targets.length === 0) {
      throw new UserError(
        'the adapter alone stops none of these cases rightly, so there is nothing to attack',
      );
    }
    const attacks = await makeAttacks(targets, count, seed);
    const running = progressOn(process.stderr, 'attacks', attacks.length);
    const results = await runAttacks(attacks, judges, { onProgress: running.at, signal });
    running.end();
    const summary = summariseAttacks(results);
    process.stdout.write(json ? attackJsonLines(results, summary) : attackReport(summary));
    if (signal.aborted) process.exitCode = 130;
    else if (summary.full.lowered.length > 0) process.exitCode = 1;
  } finally {
    done();
  }
}
