import { counted } from '../message/counted.ts';
import { compareJudges } from './compare.ts';
import { comparisonTable } from './compare-report.ts';
import type { Tally } from './evaluate.ts';
import {
  type Evaluation,
  type JudgeResults,
  KIND_WORDS,
  type ModelDetails,
  byJudge,
  missing,
} from './evaluation.ts';
import { mdTable, mdText } from './markdown.ts';
import { probeTitle } from './probe-names.ts';
import { cell, isSaid } from './report.ts';
import type { CalibrationError } from './calibration-error.ts';

/** Below this many cases a side, an interval is too wide to conclude from. */
const FEW = 20;

/**
 * The evaluation as the part of a model card that says how good a model is: model details, evaluation data, quantitative
 * analyses and caveats (Mitchell et al., Model Cards for Model Reporting, 2019), in Markdown. What only its author knows
 * (intended use, training data) is asked for in a comment.
 *
 * @param evaluation with at least one run
 */
export function modelCard(evaluation: Evaluation): string {
  const { at, presend, rubric, runs, throughSmtp } = evaluation;
  const judges = byJudge(evaluation);
  const comparisons = compareJudges(runs);
  return `${[
    '### Model details',
    details(judges),
    `presend ${presend}, rubric ${rubric}, ${at.toISOString().slice(0, 10)}${throughSmtp ? ', through a whole gate over SMTP' : ''}.`,
    '<!-- Say here what the model is meant for, what it was trained on, and whether any of the cases below was used to train, tune or calibrate it. -->',
    '### Evaluation data',
    data(evaluation),
    '### Figures',
    'Bad drafts and good drafts apart, with 95 % Clopper–Pearson intervals. A hold counts as stopped, but not as exact.',
    figures(judges, 'cases', ({ summary }) => ({ all: summary })),
    ...section('By probe', judges, 'probe', ({ summary }) => summary.byProbe, probeTitle),
    ...section('Hard cases', judges, 'difficulty', ({ summary }) => summary.byDifficulty),
    ...section('Long mails', judges, 'length', ({ summary }) => summary.byLength),
    ...calibration(judges),
    ...(comparisons.length > 0
      ? [
          '### Judges compared',
          'Cases that one of the two alone has right; exact two-sided test of McNemar (1947).',
          comparisonTable(comparisons).trim(),
        ]
      : []),
    '### Caveats',
    caveats(evaluation, judges)
      .map((line) => `- ${mdText(line)}`)
      .join('\n'),
  ].join('\n\n')}\n`;
}

/** The judges, and under them the models that they ask, one a column. */
function details(judges: readonly JudgeResults[]): string {
  const table = mdTable(
    ['judge', 'what it is', 'model'],
    judges.map(({ facts: { label, kind, model } }) => [label, KIND_WORDS[kind], model?.version ?? '–']),
  );
  const models = [
    ...new Map(judges.flatMap(({ facts: { model } }) => (model ? [[model.version, model]] : []))).values(),
  ];
  if (models.length === 0) return table;
  const rows: [string, (model: ModelDetails) => string][] = [
    ['name', ({ name }) => name],
    ['description', ({ description }) => description],
    ['licence', ({ licence }) => licence ?? '–'],
    ['base', ({ base }) => base],
    ['LoRA adapter', ({ lora }) => lora ?? 'none'],
    ['prompt profile', ({ profile }) => profile],
    ['longest prompt', ({ contextSize }) => counted(contextSize, 'token')],
    ['validated for regulated verticals', ({ verticals }) => verticals.join(', ') || 'none'],
    ['calibration', calibrationShown],
  ];
  const columns = mdTable(
    ['model', ...models.map(({ version }) => version)],
    rows.map(([name, of]) => [name, ...models.map(of)]),
  );
  return `${table}\n\n${columns}`;
}

function calibrationShown({ calibration: fitted }: ModelDetails): string {
  if (fitted === null) return 'none: it judges in shadow only';
  return `temperature ${fitted.temperature.toFixed(3)}, passes from P(PASS) = ${fitted.passesFrom.toFixed(4)}`;
}

function data({ files }: Evaluation): string {
  return mdTable(
    ['file', 'bad', 'good', 'hard', 'long', 'rows left out', 'SHA-256'],
    files.map(({ name, cases, bad, sha256 }) => {
      const good = cases.filter(({ gold }) => gold === 'PASS').length;
      const [hard, long] = [cases.filter((one) => one.hard), cases.filter((one) => one.long)];
      return [name, cases.length - good, good, hard.length, long.length, bad.length, sha256];
    }),
  );
}

/** Rows by group, then by judge, so that judges stand under one another. */
function figures(
  judges: readonly JudgeResults[],
  head: string,
  groups: (judge: JudgeResults) => Record<string, Tally>,
  name: (group: string) => string = (group) => group,
): string {
  const names = [...new Set(judges.flatMap((judge) => Object.keys(groups(judge))))].sort();
  return mdTable(
    [head, 'judge', 'bad: exact', 'bad: stopped', 'good: stopped', 'n (bad + good)'],
    names.flatMap((group) =>
      judges.flatMap((judge) => {
        const tally = groups(judge)[group];
        if (!tally) return [];
        const { exact, stopped, goodStopped } = tally;
        return [
          [
            name(group),
            judge.facts.label,
            ...[exact, stopped, goodStopped].map(cell),
            `${exact.of} + ${goodStopped.of}`,
          ],
        ];
      }),
    ),
  );
}

function section(
  title: string,
  judges: readonly JudgeResults[],
  head: string,
  groups: (judge: JudgeResults) => Record<string, Tally>,
  name?: (group: string) => string,
): string[] {
  if (!judges.some((judge) => isSaid(groups(judge)))) return [];
  return [`### ${title}`, figures(judges, head, groups, name)];
}

function calibration(judges: readonly JudgeResults[]): string[] {
  const error = ({ ece: { value, low, high } }: CalibrationError): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const rows = judges.flatMap(({ facts, summary: { calibration: stated } }) =>
    stated === null
      ? []
      : [[facts.label, error(stated.top), error(stated.pass), stated.brier.toFixed(3), stated.cases]],
  );
  if (rows.length === 0) return [];
  return [
    '### Calibration',
    'Expected calibration error over 15 bins of equal mass, with 95 % bootstrap intervals; Brier score over all decisions (0 to 2).',
    mdTable(['judge', 'error, likeliest label', 'error, P(PASS)', 'Brier', 'cases'], rows),
  ];
}

function caveats(evaluation: Evaluation, judges: readonly JudgeResults[]): string[] {
  const few = judges.slice(0, 1).flatMap(({ summary }) =>
    Object.entries(summary.byProbe)
      .filter(([, { exact, goodStopped }]) => exact.of < FEW || goodStopped.of < FEW)
      .map(([probe]) => probe),
  );
  const uncalibrated = judges.flatMap(({ facts: { label, model } }) =>
    model?.calibration === null ? [label] : [],
  );
  const bad = evaluation.files.reduce((sum, file) => sum + file.bad.length, 0);
  const lost = missing(evaluation);
  return [
    'The intervals are about other cases of the same kind. Cases that are two sides of one mail, or made from one another, say less than as many independent ones.',
    'English drafts only; one mail at a time, against the record as the case gives it.',
    ...(few.length > 0
      ? [`Fewer than ${FEW} bad or good drafts in ${few.join(', ')}: too few to conclude from alone.`]
      : []),
    ...(uncalibrated.length > 0
      ? [`${uncalibrated.join(', ')}: the model was never calibrated, and in a gate it would decide nothing.`]
      : []),
    ...(bad > 0
      ? [`${counted(bad, 'row')} could not be used and ${bad === 1 ? 'was' : 'were'} left out.`]
      : []),
    ...(lost > 0 ? [`Ended early: ${counted(lost, 'judgement')} ${lost === 1 ? 'is' : 'are'} missing.`] : []),
  ];
}
