import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { type CaseFile, readCaseFiles } from '../evaluate/case-files.ts';
import { readCases } from '../evaluate/cases.ts';
import { type JudgeCase, evaluate, summarise } from '../evaluate/evaluate.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { progressOn } from '../evaluate/progress.ts';
import { type Run, briefReport, jsonLines, markdownTable, textReport } from '../evaluate/report.ts';
import { loadRubric } from '../judge/rubric.ts';
import { count } from './arguments.ts';
import { configFor } from './context.ts';
import { evalAttacks } from './eval-attacks.ts';
import { type JudgeName, asksModel, judgeNames, makeJudges } from './eval-judges.ts';
import { openForEval } from './eval-model.ts';
import { throughSmtp } from './through-smtp.ts';

interface Options {
  judge: string;
  model?: string;
  train: string[];
  json?: boolean;
  table?: boolean;
  details?: boolean;
  rubric?: string;
  through?: string;
  attacks?: number;
  seed: number;
  failUnder?: string;
  failOver?: string;
}

/** `presend eval <cases.jsonl…>`: how often each judge is right, on both sides. */
export function register(program: Command): void {
  program
    .command('eval <cases...>')
    .description('judge labelled cases (JSON lines) and report how often the judge is right')
    .option(
      '--judge <which>',
      'rules, adapter (alone), full (both), bag-of-words; several with commas',
      'rules',
    )
    .option('--model <name>', 'the model of adapter and full (default: the active one)')
    .option('--train <cases>', 'what bag-of-words learns from; may be given again', collect, [])
    .addOption(
      new Option('--through <way>', 'judge through a whole gate, each case a real mail').choices(['smtp']),
    )
    .option('--json', 'one JSON line a case, then one with the summary')
    .option('--table', 'a Markdown table with a row for each file and judge')
    .option('--details', 'the whole report for each file and judge, also where there are several')
    .option('--rubric <file>', 'another rubric than the configured one')
    .option('--attacks <count>', 'put orders to the judge into stopped cases and count changed labels', count)
    .option('--seed <number>', 'which attacks', count, 1)
    .option('--fail-under <percent>', 'exit 1 when fewer bad drafts than this get the right decision')
    .option('--fail-over <percent>', 'exit 1 when more good drafts than this are stopped')
    .action(run);
}

async function run(paths: string[], options: Options, command: Command): Promise<void> {
  const config = configFor(command);
  const rubricPath = options.rubric ?? config.rubric;
  const rubric = loadRubric(rubricPath);
  const names = judgeNames(options.judge);
  const limits = {
    under: percentOption('--fail-under', options.failUnder),
    over: percentOption('--fail-over', options.failOver),
  };
  const today = new Date().toISOString().slice(0, 10);
  const files = readCaseFiles(paths, today);
  if (options.through !== undefined) {
    report(await judgeThroughSmtp(files, names, options, { ...config, rubric: rubricPath }), options, limits);
    return;
  }
  const train = names.includes('bag-of-words') ? trainingCases(options.train, today) : null;
  const needsModel = names.some(asksModel) || options.attacks !== undefined;
  const model = needsModel ? await openForEval(config, options.model) : null;
  try {
    if (model && model.calibration === null) {
      process.stderr.write(
        `${model.adapter.version} was never calibrated: adapter shows its likeliest label, full is the rules alone\n`,
      );
    }
    const judgeOf = makeJudges({ rubric, model, train });
    if (options.attacks !== undefined) {
      await evalAttacks(files, judgeOf, { count: options.attacks, seed: options.seed, json: options.json });
      return;
    }
    const judges = names.map((name) => ({ name, judge: judgeOf(name) }));
    report(await judgeAll(files, judges), options, limits);
  } finally {
    await model?.adapter.release();
  }
}

/** The gate judges as it is configured (`full`), or with its adapter switched off (`rules`). */
async function judgeThroughSmtp(
  files: readonly CaseFile[],
  names: readonly JudgeName[],
  options: Options,
  config: Config,
): Promise<Run[]> {
  const [name] = names;
  if (names.length > 1 || (name !== 'rules' && name !== 'full') || options.attacks !== undefined) {
    throw new UserError('a whole gate judges by --judge rules or --judge full, one at a time');
  }
  const mode = name === 'rules' ? 'off' : config.adapter.mode;
  const model = options.model ?? config.adapter.model;
  const gate = await throughSmtp({ ...config, adapter: { ...config.adapter, mode, model } });
  try {
    return await judgeAll(files, [{ name, judge: gate.judge }]);
  } finally {
    await gate.close();
  }
}

/** Every judge on every file. After Ctrl-C, what was judged until then. */
async function judgeAll(
  files: readonly CaseFile[],
  judges: readonly { name: string; judge: JudgeCase }[],
): Promise<Run[]> {
  const { signal, done } = interruptible();
  const runs: Run[] = [];
  try {
    for (const { name: file, cases } of files) {
      for (const { name, judge } of judges) {
        const progress = progressOn(process.stderr, `${name} on ${file}`, cases.length);
        const results = await evaluate(cases, judge, { onProgress: progress.at, signal });
        progress.end();
        if (signal.aborted) {
          process.exitCode = 130;
          process.stderr.write(
            `${name} on ${file}: ended after ${results.length} of ${cases.length} cases\n`,
          );
        }
        if (results.length > 0) runs.push({ file, judge: name, results, summary: summarise(results) });
        if (signal.aborted) return runs;
      }
    }
    return runs;
  } finally {
    done();
  }
}

function report(
  runs: readonly Run[],
  options: Pick<Options, 'json' | 'table' | 'details'>,
  limits: { under: number | null; over: number | null },
): void {
  if (runs.length === 0) return;
  process.stdout.write(written(runs, options));
  for (const { summary } of runs) {
    const tooFew = limits.under !== null && (summary.exact.rate ?? 1) * 100 < limits.under;
    const tooMany = limits.over !== null && (summary.goodStopped.rate ?? 0) * 100 > limits.over;
    if (tooFew || tooMany) process.exitCode = 1;
  }
}

function written(
  runs: readonly Run[],
  { json, table, details }: Pick<Options, 'json' | 'table' | 'details'>,
) {
  if (json) return runs.map(jsonLines).join('');
  if (table) return markdownTable(runs);
  if (runs.length === 1) return textReport(runs[0]!.summary);
  if (!details) return briefReport(runs);
  return runs.map(({ file, judge, summary }) => `${judge} on ${file}\n${textReport(summary)}`).join('\n');
}

function trainingCases(paths: readonly string[], today: string) {
  if (paths.length === 0) {
    throw new UserError('bag-of-words learns from labelled cases; name them with --train <cases>');
  }
  return paths.flatMap((path) => readCases(path, today));
}

const collect = (value: string, before: string[]): string[] => [...before, value];

function percentOption(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const percent = Number(value);
  if (value.trim() === '' || !(percent >= 0 && percent <= 100)) {
    throw new UserError(`${name} ${value}: give a percentage from 0 to 100`);
  }
  return percent;
}
