import type { Comparison, Question } from './compare.ts';
import { mdTable } from './markdown.ts';

/** What a question asks, in words. */
export const QUESTION_WORDS: Record<Question, string> = {
  bad_exact: 'bad drafts with the right decision',
  good_passed: 'good drafts let pass',
  right: 'all drafts with the right decision',
};

/** "0.039", "< 0.001". */
export const pShown = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** From where on a difference is called one. */
export const SIGNIFICANT = 0.05;

/** The judge that is better by more than chance explains, or `neither`. */
export function better({ first, second, onlyFirst, onlySecond, p, adjusted }: Comparison): string {
  if ((adjusted ?? p) >= SIGNIFICANT) return 'neither';
  return onlyFirst > onlySecond ? first : second;
}

/** For people; nothing where nothing was compared. */
export function comparisonText(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return '';
  const pair = ({ first, second }: Comparison): string => `${first} / ${second}`;
  const pairs = Math.max(...comparisons.map((one) => pair(one).length)) + 2;
  const questions = Math.max(...Object.values(QUESTION_WORDS).map(({ length }) => length)) + 2;
  const rows = comparisons.map((one) =>
    [
      pair(one).padEnd(pairs),
      QUESTION_WORDS[one.question].padEnd(questions),
      String(one.cases).padStart(6),
      String(one.onlyFirst).padStart(12),
      String(one.onlySecond).padStart(13),
      pShown(one.p).padStart(9),
      one.adjusted === null ? '' : pShown(one.adjusted).padStart(9),
    ].join(''),
  );
  const head = `${'judges'.padEnd(pairs)}${'right on'.padEnd(questions)} cases${'only first'.padStart(12)}${'only second'.padStart(13)}${'p'.padStart(9)}${comparisons[0]!.adjusted === null ? '' : 'Holm'.padStart(9)}`;
  return `\nMcNemar's exact test, two-sided; cases that one judge alone has right\n${head}\n${rows.join('\n')}\n`;
}

/** As a Markdown table after an empty line. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return '';
  const several = comparisons[0]!.adjusted !== null;
  const head = ['first', 'second', 'right on', 'cases', 'only first', 'only second', 'p (McNemar)'];
  const rows = comparisons.map(({ first, second, question, cases, onlyFirst, onlySecond, p, adjusted }) => [
    first,
    second,
    QUESTION_WORDS[question],
    cases,
    onlyFirst,
    onlySecond,
    pShown(p),
    ...(adjusted === null ? [] : [pShown(adjusted)]),
  ]);
  return `\n${mdTable(several ? [...head, 'p (Holm)'] : head, rows)}\n`;
}

/** One JSON line a comparison. */
export const comparisonLines = (comparisons: readonly Comparison[]): string =>
  comparisons.map((comparison) => `${JSON.stringify({ comparison })}\n`).join('');
