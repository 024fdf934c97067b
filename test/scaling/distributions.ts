import type { Random } from '../../src/evaluate/random.ts';

/** Time to the next of events that come by chance, `mean` apart on average. */
export const exponential = (mean: number, random: Random): number => -mean * Math.log(1 - random());

/** Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** @param sigma of the logarithm */
export const logNormal = (median: number, sigma: number, random: Random): number =>
  median * Math.exp(sigma * normal(random));

/** Sigma of a log-normal distribution of which median and 95th percentile are known. */
export const sigmaOf = (p50: number, p95: number): number => Math.log(p95 / p50) / 1.6449;
