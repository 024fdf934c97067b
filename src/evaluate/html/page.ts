import { counted } from '../../message/counted.ts';
import { compareJudges } from '../compare.ts';
import { type Evaluation, type JudgeResults, type JudgedCase, byJudge, missing } from '../evaluation.ts';
import { probeTitle } from '../probe-names.ts';
import { caseList } from './case-list.ts';
import { comparison } from './comparison.ts';
import { confusionMatrix } from './confusion.ts';
import { bothSides } from './groups.ts';
import { byFile, headline } from './headline.ts';
import { howToRead } from './how-to-read.ts';
import { decadesAround, latencyHistogram } from './latency.ts';
import { type Content, Markup, markup } from './markup.ts';
import { reliability } from './reliability.ts';
import { STYLE } from './style.ts';
import { whatWasRun } from './what-was-run.ts';

interface Section {
  id: string;
  title: string;
  /** null where there is nothing to say: the section is left out. */
  content: Content;
}

/**
 * The evaluation as one HTML file: it loads nothing, runs no script, and shows every figure as a drawing and as a table.
 * Texts of cases, names of files and models may hold anything.
 *
 * @param evaluation with at least one run
 */
export function htmlReport(evaluation: Evaluation): string {
  const judges = byJudge(evaluation);
  const sections = sectionsOf(evaluation, judges).filter(({ content }) => content !== null);
  const lost = missing(evaluation);
  const cases = evaluation.files.reduce((sum, file) => sum + file.cases.length, 0);
  const title = `Evaluation of ${judges.map(({ facts }) => facts.label).join(', ')}`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – presend</title>
<style>${new Markup(STYLE)}</style></head>
<body><header><h1>${title}</h1>
<p>${counted(judges.length, 'judge')} on ${counted(cases, 'labelled case')} from ${counted(evaluation.files.length, 'file')}, ${evaluation.at.toISOString().slice(0, 10)}.</p>
${lost > 0 ? markup`<p class="note">Ended early: ${counted(lost, 'judgement')} of ${cases * evaluation.judges.length} missing.</p>` : null}
<nav aria-label="Sections"><ul>${sections.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main>${sections.map(({ id, title: name, content }) => markup`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${content}</section>\n`)}</main>
<footer><p>Made by <code>presend eval --report</code>.</p></footer></body></html>
`.text;
}

function sectionsOf(evaluation: Evaluation, judges: readonly JudgeResults[]): Section[] {
  const { files, runs } = evaluation;
  const comparisons = compareJudges(runs);
  return [
    { id: 'figures', title: 'Figures', content: headline(judges) },
    {
      id: 'comparison',
      title: 'Judges compared',
      content: comparisons.length > 0 ? comparison(comparisons) : null,
    },
    {
      id: 'probes',
      title: 'By probe',
      content: bothSides(judges, {
        id: 'probe',
        of: 'probe',
        groups: ({ byProbe }) => byProbe,
        name: probeTitle,
      }),
    },
    {
      id: 'difficulty',
      title: 'Hard cases',
      content: bothSides(judges, {
        id: 'difficulty',
        of: 'difficulty',
        groups: ({ byDifficulty }) => byDifficulty,
      }),
    },
    {
      id: 'length',
      title: 'Long mails',
      content: bothSides(judges, { id: 'length', of: 'length', groups: ({ byLength }) => byLength }),
    },
    { id: 'files', title: 'By file', content: files.length > 1 ? byFile(evaluation) : null },
    {
      id: 'confusion',
      title: 'Confusion matrix',
      content: markup`<div class="grid-of-two matrices">${judges.map(({ facts, summary }) => confusionMatrix(facts.label, summary.confusion))}</div>`,
    },
    { id: 'calibration', title: 'Calibration', content: calibration(judges) },
    { id: 'latency', title: 'Latency', content: latency(judges) },
    { id: 'false-positives', title: 'False positives', content: lists(evaluation, judges, isFalsePositive) },
    { id: 'misses', title: 'Misses', content: lists(evaluation, judges, isMiss) },
    { id: 'run', title: 'What was run', content: whatWasRun(evaluation) },
    { id: 'reading', title: 'How to read this', content: howToRead() },
  ];
}

function calibration(judges: readonly JudgeResults[]): Content {
  const stating = judges.filter(({ summary }) => summary.calibration !== null);
  if (stating.length === 0) return null;
  return stating.map(({ facts: { label }, index, summary: { calibration: stated } }) => {
    const { cases, brier, pass, top } = stated!;
    const common = { colour: index };
    return markup`<h3>${label}</h3>
<p>Probabilities of ${counted(cases, 'case')}; Brier score over all five decisions ${brier.toFixed(3)} (0 to 2).</p>
<div class="grid-of-two">${[
      reliability({
        ...common,
        id: `pass-${index}`,
        title: `P(PASS) of ${label}`,
        came: 'good',
        error: pass,
      }),
      reliability({
        ...common,
        id: `top-${index}`,
        title: `Likeliest label of ${label}`,
        came: 'right',
        error: top,
      }),
    ]}</div>`;
  });
}

function latency(judges: readonly JudgeResults[]): Content {
  const timesOf = ({ judged }: JudgeResults): number[] => judged.map(({ result }) => result.latency_ms);
  const decades = decadesAround(judges.flatMap(timesOf));
  return markup`<p>On the machine that this ran on, one case after the other. All judges have the same axis.</p>
<div class="grid-of-two">${judges.map((one) =>
    latencyHistogram({
      id: `latency-${one.index}`,
      judge: one.facts.label,
      colour: one.index,
      values: timesOf(one),
      marks: one.summary.latency_ms,
      decades,
    }),
  )}</div>`;
}

const isFalsePositive = ({ result }: JudgedCase): boolean =>
  result.gold === 'PASS' && result.decision !== 'PASS';
const isMiss = ({ result }: JudgedCase): boolean => result.gold !== 'PASS' && result.decision !== result.gold;

/** A list for each judge; the misses that were let pass come before those that were stopped as something else. */
function lists(
  { files }: Evaluation,
  judges: readonly JudgeResults[],
  counts: (one: JudgedCase) => boolean,
): Markup[] {
  return judges.map(({ facts, judged }) => {
    const chosen = judged.filter(counts);
    if (chosen.length === 0) return markup`<p><strong>${facts.label}</strong>: none.</p>`;
    const passed = chosen.filter(({ result }) => result.decision === 'PASS');
    const stopped = chosen.filter(({ result }) => result.decision !== 'PASS');
    const split =
      passed.length > 0 ? `: ${passed.length} let pass, ${stopped.length} stopped as something else` : '';
    return markup`<details><summary><strong>${facts.label}</strong>: ${counted(chosen.length, 'case')}${split}</summary>${caseList([...passed, ...stopped], files.length)}</details>`;
  });
}
