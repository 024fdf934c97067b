/** Waiting times that double with each failure in a row. Milliseconds. */
export interface BackoffLimits {
  first: number;
  most: number;
}

export const RESTART_BACKOFF: BackoffLimits = { first: 500, most: 60_000 };

/** How long to wait after `failures` in a row (1 or more). Pure. */
export function backoffMs(failures: number, { first, most }: BackoffLimits): number {
  return Math.min(most, first * 2 ** Math.min(failures - 1, 30));
}
