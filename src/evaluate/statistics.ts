/** Natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, nine terms; error below 1e-13). */
function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = terms.reduce((total, term, i) => (i === 0 ? term : total + term / (shifted + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * Regularised incomplete beta function I_x(a, b), by the continued fraction of Lentz (Numerical Recipes
 * 6.4), which converges fast for x < (a + 1) / (a + b + 2); otherwise by symmetry.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? betaFraction(x, a, b) : 1 - betaFraction(1 - x, b, a);
}

function betaFraction(x: number, a: number, b: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const tiny = 1e-300;
  const keep = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keep(1 + even * d);
    c = keep(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keep(1 + odd * d);
    c = keep(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return (front * fraction) / a;
}

/** The x with I_x(a, b) = p, by bisection. */
function inverseBeta(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A proportion with its interval; `rate` is null for no trials. */
export interface Proportion {
  hits: number;
  of: number;
  rate: number | null;
  low: number;
  high: number;
}

/** Clopper–Pearson exact interval (Biometrika 26, 1934). */
export function proportion(hits: number, of: number, confidence = 0.95): Proportion {
  const tail = (1 - confidence) / 2;
  return {
    hits,
    of,
    rate: of === 0 ? null : hits / of,
    low: hits === 0 ? 0 : inverseBeta(tail, hits, of - hits + 1),
    high: hits === of ? 1 : inverseBeta(1 - tail, hits + 1, of - hits),
  };
}

/** Percentile by nearest rank; 0 for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * ordered.length));
  return ordered[rank - 1] ?? 0;
}

/** Exact one-sided bounds of a proportion: with this confidence it is at least `low`, and with this confidence at most `high`. */
export function oneSidedBounds(hits: number, of: number, confidence = 0.95): { low: number; high: number } {
  const { low, high } = proportion(hits, of, 2 * confidence - 1);
  return { low, high };
}

/**
 * Sign test: how likely at least `worse` of the pairs that differ are for the worse when a fair coin decides each. Exact and
 * one-sided; on paired answers that are right or wrong this is McNemar's exact test (Psychometrika 12, 1947).
 *
 * @returns the p-value; 1 when nothing is for the worse
 */
export function signTest(worse: number, better: number): number {
  return worse === 0 ? 1 : incompleteBeta(0.5, worse, better + 1);
}
