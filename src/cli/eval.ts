import { type Command, Option } from 'commander';
import { UserError } from '../config/user-error.ts';
import { presendVersion } from '../config/version.ts';
import { type BadRows, type CaseFile, readCaseFiles } from '../evaluate/case-files.ts';
import type { Run } from '../evaluate/report.ts';
import { loadRubric } from '../judge/rubric.ts';
import { count } from './arguments.ts';
import { configFor } from './context.ts';
import { evalAttacks } from './eval-attacks.ts';
import { type JudgeChoice, judgeChoices, makeJudges } from './eval-judges.ts';
import { chooseModels, openForEval } from './eval-model.ts';
import { type OutputOptions, checkOutputs, writeOutputs } from './eval-output.ts';
import { type JudgeOptions, judgeFiles, judgeThroughSmtp } from './eval-run.ts';

interface Options extends OutputOptions {
  judge: string;
  model?: string;
  train: string[];
  badRows: BadRows;
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
      'rules, adapter (alone), full (both), bag-of-words; several with commas; adapter:NAME and full:NAME ask another model',
      'rules',
    )
    .option('--model <name>', 'the model of adapter and full that name none (default: the active one)')
    .option('--train <cases>', 'what bag-of-words learns from; may be given again', collect, [])
    .addOption(
      new Option('--through <way>', 'judge through a whole gate, each case a real mail').choices(['smtp']),
    )
    .addOption(
      new Option('--bad-rows <what>', 'rows that cannot be used: name them and stop, or go on without them')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--report <file>', 'write a report as one HTML file: plots, comparison, every error listed')
    .option('--model-card <file>', 'write the figures as the evaluation part of a model card, in Markdown')
    .option('--compare', "print McNemar's test for every two judges, too")
    .option('--json', 'one JSON line a case, then one with the summary')
    .option('--table', 'a Markdown table with a row for each file and judge')
    .option('--details', 'the whole report for each file and judge, also where there are several')
    .option('--rubric <file>', 'another rubric than the configured one')
    .option('--attacks <count>', 'put orders to the judge into stopped cases and count changed labels', count)
    .option('--seed <number>', 'which attacks', count, 1)
    .option('--fail-under <percent>', 'exit 1 when fewer bad drafts than this get the right decision')
    .option('--fail-over <percent>', 'exit 1 when more good drafts than this are stopped')
    .addHelpText(
      'after',
      `
A case is one JSON object a line: id, gold (SUPPRESS, ESCALATE, BLOCK, PENALISE or PASS), draft, context (the record), and if
known subject, rule, probe, as_of, hard, long, why. Ids are unique within a file.
Each model is asked once for each case, and models are loaded one after the other.

Examples:
  presend eval cases.jsonl                                         the rules alone
  presend eval dev.jsonl test.jsonl --judge rules,adapter,full --report eval.html
  presend eval cases.jsonl --judge full,full:my-judge --compare    is the other model better?
  presend eval cases.jsonl --judge adapter:my-judge --model-card card.md
  presend eval cases.jsonl --bad-rows skip --fail-under 90 --fail-over 2`,
    )
    .action(run);
}

async function run(paths: string[], options: Options, command: Command): Promise<void> {
  const config = configFor(command);
  const rubricPath = options.rubric ?? config.rubric;
  const rubric = loadRubric(rubricPath);
  const choices = judgeChoices(options.judge);
  const limits = {
    under: percentOption('--fail-under', options.failUnder),
    over: percentOption('--fail-over', options.failOver),
  };
  checkOutputs(options);
  const today = new Date().toISOString().slice(0, 10);
  const read = (from: readonly string[]): CaseFile[] =>
    readCaseFiles(from, today, {
      badRows: options.badRows,
      warn: (line) => {
        process.stderr.write(`${line}\n`);
      },
    });
  const files = read(paths);
  const judging: JudgeOptions = {
    config: { ...config, rubric: rubricPath },
    rubric,
    model: options.model ?? null,
    train: choices.some(({ name }) => name === 'bag-of-words') ? trainingCases(options.train, read) : null,
  };
  if (options.attacks !== undefined) {
    await attack(files, choices, judging, { ...options, count: options.attacks });
    return;
  }
  const judged =
    options.through === undefined
      ? await judgeFiles(files, choices, judging)
      : await judgeThroughSmtp(files, choices, judging);
  const evaluation = {
    ...judged,
    presend: presendVersion(),
    at: new Date(),
    rubric: rubric.version,
    throughSmtp: options.through !== undefined,
    files,
  };
  writeOutputs(evaluation, options);
  checkLimits(judged.runs, limits);
}

async function attack(
  files: readonly CaseFile[],
  choices: readonly JudgeChoice[],
  { config, rubric, model: name, train }: JudgeOptions,
  options: Options & { count: number },
): Promise<void> {
  const { report, modelCard, through } = options;
  if (through !== undefined || report !== undefined || modelCard !== undefined) {
    throw new UserError('--attacks goes without --through, --report and --model-card');
  }
  if (choices.some((choice) => choice.model !== null)) {
    throw new UserError('--attacks is about one model; name it with --model');
  }
  const [chosen] = chooseModels(config, [name]);
  const model = await openForEval(config, chosen!);
  try {
    await evalAttacks(files, makeJudges({ rubric, model, train }), options);
  } finally {
    await model.adapter.release();
  }
}

function checkLimits(runs: readonly Run[], limits: { under: number | null; over: number | null }): void {
  for (const { summary } of runs) {
    const tooFew = limits.under !== null && (summary.exact.rate ?? 1) * 100 < limits.under;
    const tooMany = limits.over !== null && (summary.goodStopped.rate ?? 0) * 100 > limits.over;
    if (tooFew || tooMany) process.exitCode = 1;
  }
}

function trainingCases(paths: readonly string[], read: (paths: readonly string[]) => CaseFile[]) {
  if (paths.length === 0) {
    throw new UserError('bag-of-words learns from labelled cases; name them with --train <cases>');
  }
  return read(paths).flatMap(({ cases }) => cases);
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
