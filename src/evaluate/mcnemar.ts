import { signTest } from './statistics.ts';

/**
 * McNemar's test (Psychometrika 12, 1947) in its exact form: where two judges differ, each is as likely to be the one that is
 * right if neither is better, so the smaller count is binomial with p = ½. Cases on which both are right or both wrong
 * say nothing and do not enter.
 *
 * @param onlyFirst cases that the first judge alone has right
 * @param onlySecond cases that the second judge alone has right
 * @returns the two-sided p-value, 0 to 1; 1 where they never differ
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const [fewer, more] = [Math.min(onlyFirst, onlySecond), Math.max(onlyFirst, onlySecond)];
  return Math.min(1, 2 * signTest(more, fewer));
}

/**
 * Adjusts p-values for having asked several times (Holm, Scandinavian Journal of Statistics 6, 1979): the smallest times
 * their number, the next times one less, and so on, never less than one before it.
 *
 * @returns parallel to `values`, each 0 to 1
 */
export function holm(values: readonly number[]): number[] {
  const ascending = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const adjusted = values.map(() => 1);
  let least = 0;
  for (const [rank, { value, index }] of ascending.entries()) {
    least = Math.max(least, Math.min(1, value * (values.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}
