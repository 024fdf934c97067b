import type { Comparison } from '../compare.ts';
import { QUESTION_WORDS, SIGNIFICANT, better, pShown } from '../compare-report.ts';
import { table } from './figure.ts';
import { type Markup, markup } from './markup.ts';

/** McNemar's test for every two judges on every question. */
export function comparison(comparisons: readonly Comparison[]): Markup {
  const several = comparisons.some(({ adjusted }) => adjusted !== null);
  return markup`<p>Two judges differ where one alone is right. If neither were better, each would be that one equally often; <i>p</i> is how likely
counts at least as uneven would then be (McNemar's exact test, two-sided).${
    several
      ? ' Several pairs are compared, so the conclusion goes by p after Holm, which is raised for the number of pairs within a question.'
      : null
  }</p>
${table({
  caption: 'Judges compared on the same cases',
  head: [
    'judges',
    'on',
    'cases',
    'both right',
    'first alone',
    'second alone',
    'neither',
    'p',
    ...(several ? ['p after Holm'] : []),
    `better at ${SIGNIFICANT * 100} %`,
  ],
  rows: comparisons.map((one) => [
    `${one.first} / ${one.second}`,
    QUESTION_WORDS[one.question],
    one.cases,
    one.both,
    one.onlyFirst,
    one.onlySecond,
    one.neither,
    pShown(one.p),
    ...(one.adjusted === null ? [] : [pShown(one.adjusted)]),
    better(one),
  ]),
})}`;
}
