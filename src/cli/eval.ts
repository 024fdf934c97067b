import { type Command, Option } from 'commander';
import { UserError } from '../config/user-error.ts';
import { readCases } from '../evaluate/cases.ts';
import { type CaseResult, type JudgeCase, evaluate, summarise } from '../evaluate/evaluate.ts';
import { jsonLines, textReport } from '../evaluate/report.ts';
import { judgeByRules } from '../judge/judge.ts';
import { type Rubric, loadRubric } from '../judge/rubric.ts';
import { configFor } from './context.ts';
import { throughSmtp } from './through-smtp.ts';

interface Options {
  judge: string;
  json?: boolean;
  rubric?: string;
  through?: string;
  failUnder?: string;
  failOver?: string;
}

/** `presend eval <cases.jsonl>`: how often the judge is right, on both sides. */
export function register(program: Command): void {
  program
    .command('eval <cases>')
    .description('judge labelled cases (JSON lines) and report how often the judge is right')
    .option('--judge <which>', 'rules, adapter or full', 'rules')
    .addOption(
      new Option('--through <way>', 'judge through a whole gate, each case a real mail').choices(['smtp']),
    )
    .option('--json', 'one JSON line a case, then one with the summary')
    .option('--rubric <file>', 'another rubric than the configured one')
    .option('--fail-under <percent>', 'exit 1 when fewer bad drafts than this get the right decision')
    .option('--fail-over <percent>', 'exit 1 when more good drafts than this are stopped')
    .action(async (path: string, options: Options, command: Command) => {
      const config = configFor(command);
      const rubricPath = options.rubric ?? config.rubric;
      const judge = chosenJudge(options.judge, loadRubric(rubricPath));
      const limits = {
        under: percentOption('--fail-under', options.failUnder),
        over: percentOption('--fail-over', options.failOver),
      };
      const cases = readCases(path, new Date().toISOString().slice(0, 10));
      const gate = options.through === 'smtp' ? await throughSmtp({ ...config, rubric: rubricPath }) : null;
      let results: CaseResult[];
      try {
        results = await evaluate(cases, gate?.judge ?? judge);
      } finally {
        await gate?.close();
      }
      const summary = summarise(results);
      process.stdout.write(options.json ? jsonLines(results, summary) : textReport(summary));
      const tooFew = limits.under !== null && (summary.exact.rate ?? 1) * 100 < limits.under;
      const tooMany = limits.over !== null && (summary.goodStopped.rate ?? 0) * 100 > limits.over;
      if (tooFew || tooMany) process.exitCode = 1;
    });
}

/** Judges each case as of its own date by the rules. */
export function rulesJudge(rubric: Rubric): JudgeCase {
  return ({ draft, prospect, asOf }) =>
    judgeByRules({ draft, prospect, channel: 'email', today: asOf, rubric });
}

function chosenJudge(which: string, rubric: Rubric): JudgeCase {
  switch (which) {
    case 'rules':
      return rulesJudge(rubric);
    case 'full':
      process.stderr.write('no adapter is configured; full is the rules alone\n');
      return rulesJudge(rubric);
    case 'adapter':
      throw new UserError('no adapter is configured; use --judge rules');
    default:
      throw new UserError(`--judge ${which}: there is no such judge; use rules, adapter or full`);
  }
}

function percentOption(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const percent = Number(value);
  if (value.trim() === '' || !(percent >= 0 && percent <= 100)) {
    throw new UserError(`${name} ${value}: give a percentage from 0 to 100`);
  }
  return percent;
}
