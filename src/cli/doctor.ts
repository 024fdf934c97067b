import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/strict-yaml.ts';
import { type FindingState, type Result, examine, failed } from '../doctor/check.ts';
import { openDoctor } from '../doctor/doctor.ts';
import { counted } from '../message/counted.ts';
import { configFor } from './context.ts';
import { fileProgress } from './file-progress.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  json?: boolean;
  full?: boolean;
  adapter?: boolean;
  network: boolean;
  strict?: boolean;
}

const MARK: Record<FindingState, string> = { ok: '✓', warning: '!', failed: '✗', not_checked: '–' };

/** `presend doctor` */
export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'looks for what is wrong with the gate, its files, its machine and its upstreams, and says how to mend it',
    )
    .option('--full', 'look at every index and reference of the database too; minutes for a large one')
    .option('--adapter', 'load the judge model too')
    .option('--no-network', 'ask no upstream and no provider')
    .option('--strict', 'exit with 1 on a warning too')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Reads only, beside a running gate or without one; no mail is sent to any upstream, only a session begun and left.
Exit code 1 when something has failed. From a timer:  presend doctor --json --strict`,
    )
    .action(async (options: Options, command: Command) => {
      const { json = false, strict = false } = options;
      const results: Result[] = [];
      for await (const result of findings(command, options)) {
        results.push(result);
        if (!json) print(result);
      }
      const count = (state: FindingState): number => results.filter((one) => one.state === state).length;
      const [bad, warned] = [count('failed'), count('warning')];
      if (bad > 0 || (strict && warned > 0)) process.exitCode = 1;
      if (json)
        return printJson({ state: bad > 0 ? 'failed' : warned > 0 ? 'warning' : 'ok', checks: results });
      printLine(
        bad + warned === 0 ? '\nAll is well.' : `\n${counted(bad, 'fault')}, ${counted(warned, 'warning')}.`,
      );
    });
}

async function* findings(command: Command, options: Options): AsyncGenerator<Result> {
  let config: Config;
  try {
    config = configFor(command);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Where things are is not known then, so nothing else can be looked at.
    yield {
      id: 'settings',
      title: 'Settings',
      ...failed(error.message, 'Mend the file; nothing else can be looked at before.'),
    };
    return;
  }
  const progress = fileProgress(process.stderr);
  const doctor = await openDoctor(config, {
    full: options.full ?? false,
    network: options.network,
    adapter: { load: options.adapter ?? false, ...(process.stderr.isTTY && { progress }) },
    now: Date.now(),
  });
  try {
    for await (const result of examine(doctor.checks)) {
      progress.end();
      yield result;
    }
  } finally {
    await doctor.close();
  }
}

function print({ state, title, says, mend }: Result): void {
  printLine(`${MARK[state]} ${title}: ${says}`);
  if (mend !== null && state !== 'ok') printLine(`    → ${mend}`);
}
