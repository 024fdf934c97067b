import { type Random, randomFrom, shuffled } from '../../evaluate/random.ts';
import { type Stratum, allocate } from './allocate.ts';

/** A verdict that can be drawn. */
export interface Candidate extends Stratum {
  verdict_id: number;
  delivery_id: string;
  prospect_id: string;
  /** The adapter that decided it, or could have decided otherwise and let it go; null = the rules alone. */
  adapter_version: string | null;
  judged_at: number;
}

/** A seed for a draw, as it is stored with it. */
export function newSeed(random: Random): number {
  return Math.floor(random() * 2 ** 31);
}

/**
 * Draws from the population, stratified by decision and rule; the same for the same population (in any order) and seed. Within
 * a stratum each has the same chance but for this: no prospect is drawn twice where that can be avoided.
 *
 * @returns in an order that says nothing of the strata
 */
export function draw(population: readonly Candidate[], places: number, seed: number): Candidate[] {
  const random = randomFrom(seed);
  const strata = strataOf(population);
  const shares = allocate(
    strata.map(([first, ...rest]) => ({ decision: first.decision, size: rest.length + 1 })),
    places,
    random,
  );
  const drawn = pick(
    strata.map((members) => shuffled(members, random)),
    shares,
  );
  return shuffled(drawn, random);
}

/** Strata by their names, each by verdict. */
function strataOf(population: readonly Candidate[]): [Candidate, ...Candidate[]][] {
  const strata = new Map<string, [Candidate, ...Candidate[]]>();
  for (const one of population.toSorted((a, b) => a.verdict_id - b.verdict_id)) {
    const name = `${one.decision} ${one.rule ?? ''}`;
    const members = strata.get(name);
    if (members) members.push(one);
    else strata.set(name, [one]);
  }
  return [...strata].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
}

/**
 * So many of each stratum, of as many different prospects as there can be: places and prospects are matched by augmenting
 * paths (Kuhn, Naval Research Logistics Quarterly 2, 1955). What is left without a prospect of its own takes one drawn
 * already.
 */
export function pick(strata: readonly (readonly Candidate[])[], shares: readonly number[]): Candidate[] {
  const slots = strata.flatMap((members, i) =>
    Array.from({ length: shares[i]! }, () => ({ members, taken: null as Candidate | null })),
  );
  const slotOf = new Map<string, (typeof slots)[number]>();
  const seat = (slot: (typeof slots)[number], seen: Set<string>): boolean => {
    for (const one of slot.members) {
      if (seen.has(one.prospect_id)) continue;
      seen.add(one.prospect_id);
      const holder = slotOf.get(one.prospect_id);
      if (holder && !seat(holder, seen)) continue;
      slotOf.set(one.prospect_id, slot);
      slot.taken = one;
      return true;
    }
    return false;
  };
  for (const slot of slots) seat(slot, new Set());
  const drawn = new Set(slots.flatMap(({ taken }) => taken?.verdict_id ?? []));
  for (const slot of slots) {
    slot.taken ??= slot.members.find(({ verdict_id }) => !drawn.has(verdict_id)) ?? null;
    if (slot.taken) drawn.add(slot.taken.verdict_id);
  }
  return slots.flatMap(({ taken }) => taken ?? []);
}
