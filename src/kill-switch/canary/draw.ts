import { randomFrom, shuffled } from '../../evaluate/random.ts';
import { type CanaryResult, isRight } from './result.ts';
import type { CanaryCase } from './cases.ts';

/**
 * Draws some of the cases: as many of each probe and each side as their number allows, the same ones for the same seed.
 *
 * Of each probe and side those come first that the adapter read rightly in the reference, where there is one. What was wrong
 * before can only turn for the better; a small run is to find what was lost, and every case drawn this way can show it.
 */
export function drawSome(
  cases: readonly CanaryCase[],
  count: number,
  { seed, reference }: { seed: number; reference: readonly CanaryResult[] | null },
): CanaryCase[] {
  const random = randomFrom(seed);
  const right = new Set((reference ?? []).filter((one) => isRight(one, 'adapter')).map(({ id }) => id));
  const strata = new Map<string, CanaryCase[]>();
  for (const one of shuffled(cases, random)) {
    const name = `${one.case.probe} ${one.case.gold === 'PASS' ? 'good' : 'bad'}`;
    strata.set(name, [...(strata.get(name) ?? []), one]);
  }
  const lines = shuffled([...strata.keys()].toSorted(), random).map((name) =>
    strata.get(name)!.toSorted((a, b) => Number(right.has(b.case.id)) - Number(right.has(a.case.id))),
  );
  const longest = Math.max(0, ...lines.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => lines.flatMap((line) => line[turn] ?? []))
    .flat()
    .slice(0, count);
}

/** The same all day long. @param now milliseconds since the epoch */
export const seedOfDay = (now: number): number => Math.floor(now / 86_400_000);
