import type { Rate } from './web-types.ts';

/** Two-sided 95 %. */
const Z = 1.959963984540054;

/**
 * A share with the score interval of Wilson (Journal of the American Statistical Association 22, 1927), which keeps its
 * promise for small counts and shares near 0 and 1.
 */
export function wilson(hits: number, of: number): Rate {
  if (of === 0) return { hits, of, rate: null, low: 0, high: 1 };
  const rate = hits / of;
  const scale = 1 + (Z * Z) / of;
  const middle = (rate + (Z * Z) / (2 * of)) / scale;
  const half = (Z / scale) * Math.sqrt((rate * (1 - rate)) / of + (Z * Z) / (4 * of * of));
  return { hits, of, rate, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
