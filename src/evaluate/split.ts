import { DECISIONS, type Decision } from '../message/types.ts';
import type { Case } from './cases.ts';
import { randomFrom, shuffled } from './random.ts';

/**
 * Cases that are versions of one mail: same `pair`, one made `of` the other, ids that differ only in side or change
 * ("x/bad", "x/good", "x/bad~free"), or the same words. What is learnt from one of them is known about the others.
 */
export function groupsOf(cases: readonly Case[]): Case[][] {
  const parents = cases.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root]!;
    parents[index] = root;
    return root;
  };
  const first = new Map<string, number>();
  cases.forEach((one, index) => {
    for (const key of keysOf(one)) {
      const other = first.get(key);
      if (other === undefined) first.set(key, index);
      else parents[rootOf(index)] = rootOf(other);
    }
  });
  const groups = new Map<number, Case[]>();
  cases.forEach((one, index) => {
    const root = rootOf(index);
    groups.set(root, [...(groups.get(root) ?? []), one]);
  });
  return [...groups.values()];
}

export interface Halves {
  fit: Case[];
  report: Case[];
}

/**
 * Two halves with about as many cases of each label, all versions of one mail on the same side. The same seed and cases
 * give the same halves.
 */
export function splitInHalves(cases: readonly Case[], seed: number): Halves {
  const halves: Halves = { fit: [], report: [] };
  const totals = countLabels(cases);
  const filled = { fit: countLabels([]), report: countLabels([]) };
  const fullness = (half: keyof Halves, group: readonly Case[]): number =>
    group.reduce((sum, { gold }) => sum + filled[half][gold] / totals[gold], 0);

  for (const group of shuffled(groupsOf(cases), randomFrom(seed))) {
    const half = fullness('fit', group) <= fullness('report', group) ? 'fit' : 'report';
    halves[half].push(...group);
    for (const { gold } of group) filled[half][gold] += 1;
  }
  return halves;
}

function keysOf({ id, of, pair, draft }: Case): string[] {
  const words = draft.body.toLowerCase().replace(/\s+/g, ' ').trim();
  return [
    `id ${stem(id)}`,
    ...(of === null ? [] : [`id ${stem(of)}`]),
    ...(pair === null ? [] : [`id ${stem(pair)}`]),
    `text ${words}`,
  ];
}

/** "x/bad~free" and "x-good" are both of "x". */
const stem = (id: string): string => id.replace(/~.*$/s, '').replace(/[/_-](?:bad|good)$/i, '');

function countLabels(cases: readonly Case[]): Record<Decision, number> {
  const counts = Object.fromEntries(DECISIONS.map((decision) => [decision, 0])) as Record<Decision, number>;
  for (const { gold } of cases) counts[gold] += 1;
  return counts;
}
