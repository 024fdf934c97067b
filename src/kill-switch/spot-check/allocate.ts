import type { Random } from '../../evaluate/random.ts';
import { shuffled } from '../../evaluate/random.ts';
import type { Decision } from '../../message/types.ts';

/** A kind of verdict: what was decided, and by which rule. */
export interface Stratum {
  decision: Decision | 'HOLD';
  /** A rule, `adapter` for a stop of its alone, the hold reason for doubt; null for PASS. */
  rule: string | null;
}

/** At least this share of a check looks at mail that was let go, because misses hide there. */
export const PASS_SHARE = 0.25;

/**
 * How many are drawn of each stratum.
 *
 * Passes have a quarter of the places (rounded up) as far as there are passes, and every other stratum has one; where there
 * are more strata than places left, `random` says which. Each further place goes to the stratum with the greatest
 * √size ÷ (2 × places it has + 1): the divisor method of Webster and Sainte-Laguë on the square roots, which keeps rare
 * strata in sight, never gives a larger stratum fewer than a smaller one with the same minimum, and gives no stratum fewer
 * when there are more places.
 *
 * @returns places in the order of `strata`; never more than a stratum's size, in all the smaller of `places` and all sizes
 */
export function allocate(
  strata: readonly (Pick<Stratum, 'decision'> & { size: number })[],
  places: number,
  random: Random,
): number[] {
  const given = strata.map(() => 0);
  const free = (): number => places - given.reduce((sum, one) => sum + one, 0);
  const room = (i: number): boolean => given[i]! < strata[i]!.size;
  const passes = strata.flatMap(({ decision }, i) => (decision === 'PASS' ? [i] : []));
  const others = strata.flatMap(({ decision }, i) => (decision === 'PASS' ? [] : [i]));
  const share = Math.ceil(places * PASS_SHARE);
  const some = (among: readonly number[], most: number): void => {
    for (let left = Math.min(most, free()); left > 0 && among.some(room); left -= 1) {
      given[neediest(among.filter(room), strata, given)]! += 1;
    }
  };
  some(passes, share);
  for (const i of shuffled(others, random)) if (room(i) && free() > 0) given[i]! += 1;
  some([...strata.keys()], places);
  return given;
}

/** The one with the greatest claim to the next place; the first of equals. */
function neediest(
  among: readonly number[],
  strata: readonly { size: number }[],
  given: readonly number[],
): number {
  const claim = (i: number): number => Math.sqrt(strata[i]!.size) / (2 * given[i]! + 1);
  return among.reduce((best, i) => (claim(i) > claim(best) ? i : best));
}
