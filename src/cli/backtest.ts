import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { runBacktest } from '../evaluate/backtest-run.ts';
import type { BacktestChange, BacktestSummary, NotComparable } from '../evaluate/backtest-types.ts';
import { type Progress, progressOn } from '../evaluate/progress.ts';
import { DEFAULT_LIMIT } from '../settings/backtests.ts';
import { count } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';

interface Options {
  since: number;
  rubric: string;
  limit: number;
  show?: boolean;
  json?: boolean;
}

/** "30d", "12h" as milliseconds. */
function timespan(value: string): number {
  const match = /^(\d+)([hd])$/.exec(value);
  if (!match || Number(match[1]) === 0) {
    throw new InvalidArgumentError('write hours or days, like 12h or 30d.');
  }
  return Number(match[1]) * (match[2] === 'h' ? 3_600_000 : 86_400_000);
}

/** `presend backtest`: what another rubric would have done with the mail of the last days. Nothing is changed or sent. */
export function register(program: Command): void {
  program
    .command('backtest')
    .description('judge the mail of the last days again under another rubric, and say what would differ')
    .requiredOption('--rubric <file>', 'the rubric to try')
    .addOption(
      new Option('--since <time>', 'how far back, e.g. 30d or 12h')
        .argParser(timespan)
        .default(timespan('30d'), '30d'),
    )
    .option(
      '--limit <number>',
      'most messages to judge; of more, a random sample is taken',
      count,
      DEFAULT_LIMIT,
    )
    .option('--show', 'list every delivery that differs')
    .option('--json', 'print JSON, with every delivery that differs')
    .addHelpText(
      'after',
      `
Each mail is judged by the text and the CRM record of its first judgement; what the adapter said then stays as it was.
Mail that does not come out as stored even under its own rubric is counted as not comparable.
It may run beside the gate: it only reads, at the lowest priority.`,
    )
    .action(async (options: Options, command: Command) => {
      const text = readText(options.rubric);
      await withExistingDatabase(command, async (database, config) => {
        setPriority(constants.priority.PRIORITY_LOW);
        const until = Date.now();
        const changes: BacktestChange[] = [];
        let progress: Progress | null = null;
        const summary = await runBacktest(
          database.db,
          {
            text,
            since: until - options.since,
            until,
            limit: options.limit,
            config,
            accounts: accountsOf(config.providers),
            adapterDecides: config.adapter.mode === 'active',
          },
          {
            onProgress: (done, total) => {
              progress ??= progressOn(process.stderr, 'judging again', total);
              progress.at(done);
            },
            onChanges: (list) => changes.push(...list),
          },
        );
        (progress as Progress | null)?.end();
        if (options.json) return printJson({ ...summary, changes });
        print(summary);
        if (options.show) printChanges(changes);
        else if (changes.length > 0) printLine('\nList them with --show.');
      });
    });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
}

const WHY: Record<NotComparable, string> = {
  rubric_unknown: 'judged by a rubric whose text is not kept',
  rules_changed: 'come out otherwise even under the rubric they were judged by',
  judge_failed: 'the judge had failed on them',
  unreadable: 'cannot be read any more',
};

function print(summary: BacktestSummary): void {
  const { messages, messages_judged, sampled, deliveries, comparable, not_comparable } = summary;
  printLine(
    `${deliveries} deliveries of ${messages_judged} messages judged again${sampled ? `, a random sample of ${messages}` : ''} (${(summary.took_ms / 1000).toFixed(1)} s).`,
  );
  for (const [why, n] of Object.entries(not_comparable)) {
    printLine(`Not comparable: ${n} ${WHY[why as NotComparable]}.`);
  }
  if (summary.transitions.length === 0) printLine('None of them would have gone another way.');
  for (const { from, to, count: n, labels, adapter_unasked } of summary.transitions) {
    const told = Object.entries(labels).filter(([, number]) => number > 0);
    const labelled = told.map(([label, number]) => `${number} ${label.replace('_', ' ')}`).join(', ');
    printLine(
      `${n} × ${from} → ${to}${labelled ? `; reviewers had called the judge: ${labelled}` : ''}${adapter_unasked ? `; ${adapter_unasked} were never read by the adapter, which may still hold them` : ''}`,
    );
  }
  if (summary.same_action > 0) printLine(`${summary.same_action} would go the same way for another reason.`);
  printLine(`Of ${comparable} comparable, by rule:`);
  printTable(
    ['RULE', 'FIRES NOW', 'WOULD FIRE', 'DECIDES NOW', 'WOULD DECIDE'],
    summary.rules.map((tally) => [
      tally.rule,
      String(tally.fired_before),
      String(tally.fired_after),
      String(tally.decided_before),
      String(tally.decided_after),
    ]),
  );
}

function printChanges(changes: readonly BacktestChange[]): void {
  printLine();
  printTable(
    ['DELIVERY', 'RECIPIENT', 'WAS', 'WOULD BE', 'LABEL', 'WHY'],
    changes.map(({ delivery_id, recipient, before, after, label }) => [
      delivery_id,
      recipient,
      `${before.action} ${before.reason ?? ''}`.trim(),
      `${after.action} ${after.reason ?? ''}`.trim(),
      label ?? '–',
      after.action === 'relay' ? before.rationale : after.rationale,
    ]),
  );
}
