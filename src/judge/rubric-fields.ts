import type { RubricValues } from './rubric.ts';
import { RULES } from './verdict.ts';

/** Dotted names of what two rubrics differ in: `rules.c_level`, `peers.placeholders`. */
export function changedFields(a: RubricValues, b: RubricValues): string[] {
  return FIELDS.filter(({ of }) => JSON.stringify(of(a)) !== JSON.stringify(of(b))).map(({ name }) => name);
}

const FIELDS: { name: string; of: (rubric: RubricValues) => unknown }[] = [
  ...RULES.map((rule) => ({ name: `rules.${rule}`, of: (rubric: RubricValues) => rubric.rules[rule] })),
  { name: 'disqualifiers.known', of: (rubric) => rubric.disqualifiers.known },
  { name: 'c_level.headcount_over', of: (rubric) => rubric.c_level.headcount_over },
  { name: 'c_level.titles', of: (rubric) => rubric.c_level.titles },
  { name: 'funding.trusted', of: (rubric) => rubric.funding.trusted },
  { name: 'peers.placeholders', of: (rubric) => rubric.peers.placeholders },
  { name: 'peers.reuse_limit', of: (rubric) => rubric.peers.reuse_limit },
  { name: 'regulated', of: (rubric) => rubric.regulated },
  { name: 'stale_after_days', of: (rubric) => rubric.stale_after_days },
];

/** The values of `rubric` that differ from `other`'s, by their dotted names. */
export function changedValues(rubric: RubricValues, other: RubricValues): Record<string, unknown> {
  const changed = new Set(changedFields(rubric, other));
  return Object.fromEntries(
    FIELDS.filter(({ name }) => changed.has(name)).map(({ name, of }) => [name, of(rubric)]),
  );
}
