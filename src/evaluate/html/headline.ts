import type { Summary, Tally } from '../evaluate.ts';
import type { Evaluation, JudgeResults } from '../evaluation.ts';
import { percent } from '../report.ts';
import type { Proportion } from '../statistics.ts';
import { table, valueCells } from './figure.ts';
import { intervalBars } from './interval-bars.ts';
import { type Markup, markup } from './markup.ts';

/** The three figures that the report is about, and how reports call them. */
export const MEASURES = {
  exact: 'Bad drafts stopped with the right decision',
  stopped: 'Bad drafts stopped at all',
  goodStopped: 'Good drafts stopped (false positives)',
} as const satisfies Record<keyof Tally, string>;

const measures = Object.entries(MEASURES) as [keyof Tally, string][];

/** The headline figures of every judge over all files. */
export function headline(judges: readonly JudgeResults[]): Markup {
  return markup`<div class="grid-of-two"><div class="scroll" role="region" tabindex="0" aria-label="Headline figures"><table class="headline"><caption>All cases together, with 95 % Clopper–Pearson intervals</caption>
<thead><tr><th scope="col">judge</th>${measures.map(([, name]) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${judges.map(({ facts, summary }) => markup`<tr><th scope="row">${facts.label}</th>${measures.map(([key]) => headlineCell(summary[key]))}</tr>\n`)}</tbody></table></div>
${intervalBars({
  id: 'headline',
  title: 'The same, drawn',
  of: 'figure',
  groups: measures.map(([key, name]) => ({ name, bars: barsOf(judges, (summary) => summary[key]) })),
})}</div>`;
}

function headlineCell({ rate, low, high, hits, of }: Proportion): Markup {
  if (rate === null) return markup`<td>no cases</td>`;
  return markup`<td><strong>${percent(rate)}</strong><span>${percent(low).slice(0, -2)} to ${percent(high)}<br>${hits} of ${of}</span></td>`;
}

/** One figure of each judge. */
export function barsOf(judges: readonly JudgeResults[], value: (summary: Summary) => Proportion) {
  return judges.map(({ facts, index, summary }) => ({
    label: facts.label,
    colour: index,
    value: value(summary),
  }));
}

/** The same figures for each file and judge. */
export function byFile({ runs }: Evaluation): Markup {
  return table({
    caption: 'By file of cases',
    head: ['file', 'judge', ...measures.map(([, name]) => name)],
    rows: runs.map(({ file, judge, summary }) => [
      file,
      judge,
      ...measures.map(([key]) => valueCells(summary[key]).join(' · ')),
    ]),
  });
}
