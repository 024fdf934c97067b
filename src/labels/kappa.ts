import { type Random, randomFrom } from '../evaluate/random.ts';
import { percentile } from '../evaluate/statistics.ts';

/** One person's answer about one thing. */
export interface Rating<Category extends string = string> {
  /** What was judged; only ratings of the same subject are compared. */
  subject: string;
  rater: string;
  category: Category;
}

export interface Agreement {
  /** Subjects that were rated by two. */
  n: number;
  /** Share of equal answers, and the share that chance alone would give; null for n = 0. */
  observed: number | null;
  expected: number | null;
  /** From -1 to 1, 0 = as by chance; null where it is not defined or `n` is below `MIN_RATED`. */
  kappa: number | null;
  /** 95 % percentile bootstrap over subjects; null with kappa, and where too few resamples have one. */
  low: number | null;
  high: number | null;
  /** Why there is no kappa: too few subjects, or everybody gave one and the same answer, which chance alone explains. */
  why_none: 'not_enough' | 'one_category' | null;
}

export interface AgreementReport {
  /** Each two people who rated something in common, most subjects first. */
  pairs: ({ raters: [string, string] } & Agreement)[];
  /** Over all pairs together. `n` counts subjects. */
  pooled: Agreement;
}

/** Fewer subjects say nothing. */
export const MIN_RATED = 10;

const RESAMPLES = 1_000;
const SEED = 1_960;

/** One subject with the newest answer of each rater. */
type Rated<C extends string> = ReadonlyMap<string, C>;

/**
 * How far people agree beyond chance: Cohen's kappa (Educational and Psychological Measurement 20, 1960) for each two raters,
 * and pooled over all of them by the weighted means of observed and expected agreement (De Vries et al., Field Methods 20,
 * 2008). The last rating that one person gives a subject counts. Pure; the bootstrap is seeded.
 */
export function agreementOf<C extends string>(ratings: readonly Rating<C>[]): AgreementReport {
  const subjects = new Map<string, Map<string, C>>();
  for (const { subject, rater, category } of ratings) {
    const rated = subjects.get(subject) ?? new Map<string, C>();
    rated.set(rater, category);
    subjects.set(subject, rated);
  }
  const shared = [...subjects.values()].filter((rated) => rated.size > 1);
  const raters = [...new Set(shared.flatMap((rated) => [...rated.keys()]))].toSorted();
  const couples = raters.flatMap((a, i) => raters.slice(i + 1).map((b): [string, string] => [a, b]));
  const pairs = couples.flatMap((couple) => {
    const both = shared.filter((rated) => couple.every((rater) => rated.has(rater)));
    return both.length === 0 ? [] : [{ raters: couple, ...agreement(both, [couple]) }];
  });
  return { pairs: pairs.toSorted((a, b) => b.n - a.n), pooled: agreement(shared, couples) };
}

function agreement<C extends string>(
  rated: readonly Rated<C>[],
  couples: readonly [string, string][],
): Agreement {
  const n = rated.length;
  const { observed, expected, kappa } = pooledKappa(rated, couples);
  const none = { n, observed, expected, kappa: null, low: null, high: null };
  if (n < MIN_RATED) return { ...none, why_none: 'not_enough' };
  if (kappa === null) return { ...none, why_none: 'one_category' };
  const random = randomFrom(SEED);
  const resampled = Array.from(
    { length: RESAMPLES },
    () => pooledKappa(drawn(rated, random), couples).kappa,
  ).filter((value) => value !== null);
  const enough = resampled.length >= RESAMPLES / 2;
  return {
    n,
    observed,
    expected,
    kappa,
    low: enough ? percentile(resampled, 2.5) : null,
    high: enough ? percentile(resampled, 97.5) : null,
    why_none: null,
  };
}

const drawn = <T>(items: readonly T[], random: Random): T[] =>
  items.map(() => items[Math.floor(random() * items.length)]!);

/** Observed and expected agreement, each averaged over the couples by what they rated in common. */
function pooledKappa<C extends string>(rated: readonly Rated<C>[], couples: readonly [string, string][]) {
  let [n, observed, expected] = [0, 0, 0];
  for (const [a, b] of couples) {
    let [both, equal] = [0, 0];
    const counts = new Map<C, [number, number]>();
    const add = (category: C, side: 0 | 1): void => {
      const known = counts.get(category) ?? [0, 0];
      known[side] += 1;
      counts.set(category, known);
    };
    for (const one of rated) {
      const [x, y] = [one.get(a), one.get(b)];
      if (x === undefined || y === undefined) continue;
      both += 1;
      if (x === y) equal += 1;
      add(x, 0);
      add(y, 1);
    }
    if (both === 0) continue;
    n += both;
    observed += equal;
    expected += [...counts.values()].reduce((sum, [left, right]) => sum + (left * right) / both, 0);
  }
  if (n === 0) return { observed: null, expected: null, kappa: null };
  const kappa = n - expected < 1e-9 ? null : (observed - expected) / (n - expected);
  return { observed: observed / n, expected: expected / n, kappa };
}
