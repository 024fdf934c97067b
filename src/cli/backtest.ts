import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { type Command, Option } from 'commander';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { DEFAULT_ADAPTER_LIMIT, DEFAULT_LIMIT, runBacktest } from '../evaluate/backtest-run.ts';
import type { BacktestChange } from '../evaluate/backtest-types.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { type Progress, progressOn } from '../evaluate/progress.ts';
import { openNamedModel } from '../judge/adapter/open.ts';
import { createLogger } from '../observability/logger.ts';
import { count, timespan } from './arguments.ts';
import { printChanges, printSummary } from './backtest-report.ts';
import { withReadOnlyDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  since: number;
  rubric?: string;
  adapter?: string;
  limit?: number;
  show?: boolean;
  json?: boolean;
}

/**
 * `presend backtest`: what another rubric, another adapter or both would have done with the mail of the last days. Nothing is
 * changed or sent.
 */
export function register(program: Command): void {
  program
    .command('backtest')
    .description(
      'judge the mail of the last days again by another rubric or adapter, and say what would differ',
    )
    .option('--rubric <file>', 'the rubric to try (default: each mail by the one it was judged by)')
    .option('--adapter <model>', 'a model of the registry that is asked again (presend models list)')
    .addOption(
      new Option('--since <time>', 'how far back, e.g. 30d or 12h')
        .argParser(timespan)
        .default(timespan('30d'), '30d'),
    )
    .option(
      '--limit <number>',
      `most messages to judge; of more, a random sample is taken (default: ${DEFAULT_LIMIT}, with --adapter ${DEFAULT_ADAPTER_LIMIT})`,
      count,
    )
    .option('--show', 'list every delivery that differs')
    .option('--json', 'print JSON, with every delivery that differs')
    .addHelpText(
      'after',
      `
Each mail is judged by the text and the CRM record of its first judgement. Without --adapter what the adapter said then stays as
it was; with it the model is asked about all that the rules pass or penalise, 50 ms to seconds a mail, and its calibration
counts. A model without one changes nothing; its readings are told. Ctrl-C tells what was judged until then.
Mail that does not come out as stored even under its own rubric is counted as not comparable.
It may run beside the gate: it only reads, at the lowest priority.

  presend backtest --since 30d --rubric new.yaml
  presend backtest --since 7d --adapter my-judge --limit 500
  presend backtest --rubric new.yaml --adapter my-judge --show`,
    )
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  const { rubric: path, adapter: name } = options;
  if (path === undefined && name === undefined) {
    throw new UserError('say what to try: --rubric <file>, --adapter <model>, or both');
  }
  const text = path === undefined ? null : readText(path);
  await withReadOnlyDatabase(command, async (database, config) => {
    // The model's process has it as well.
    setPriority(constants.priority.PRIORITY_LOW);
    const warn = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
    const model =
      name === undefined ? null : await openNamedModel(config, name, { warn, log: createLogger('error') });
    const { signal, done } = interruptible('mail');
    const until = Date.now();
    const changes: BacktestChange[] = [];
    let progress: Progress | null = null;
    try {
      const summary = await runBacktest(
        database.db,
        {
          text,
          ...(path === undefined ? {} : { where: path }),
          since: until - options.since,
          until,
          limit: options.limit ?? (model ? DEFAULT_ADAPTER_LIMIT : DEFAULT_LIMIT),
          config,
          accounts: accountsOf(config.providers),
          adapterDecides: config.adapter.mode === 'active',
        },
        {
          signal,
          onProgress: (at, total) => {
            progress ??= progressOn(process.stderr, 'judging again', total);
            progress.at(at);
          },
          onChanges: (list) => changes.push(...list),
        },
        model,
      );
      (progress as Progress | null)?.end();
      if (summary.partial) process.exitCode = 130;
      if (options.json) return printJson({ ...summary, changes });
      printSummary(summary);
      if (options.show) printChanges(changes);
      else if (changes.length > 0) printLine('\nList them with --show.');
    } finally {
      done();
      await model?.adapter.release();
    }
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
}
