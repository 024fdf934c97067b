/** What failed attempts on one account, from one address or in one browser add up to. */
export interface Attempts {
  failures: number;
  last_failed_at: number;
  locked_until: number;
}

/** How often somebody may fail, and what waiting costs then. Milliseconds. */
export interface BackoffLimits {
  /** Failures before the first wait. */
  free: number;
  firstMs: number;
  longestMs: number;
}

/** An own account: a slip or two is free; the longest wait still lets its owner in within a coffee. */
export const ACCOUNT_LIMITS: BackoffLimits = { free: 5, firstMs: 15_000, longestMs: 900_000 };

/** An address may stand for a whole office. */
export const ADDRESS_LIMITS: BackoffLimits = { free: 30, firstMs: 30_000, longestMs: 3_600_000 };

/** Failures older than this are forgotten. */
export const MEMORY_MS = 86_400_000;

const rememberedFailures = (before: Attempts | undefined, now: number): number =>
  before && now - before.last_failed_at < MEMORY_MS ? before.failures : 0;

/** How many attempts may be under way at once, so that all may fail before the first wait begins; at least one. */
export function attemptsAtOnce(before: Attempts | undefined, limits: BackoffLimits, now: number): number {
  return Math.max(1, limits.free - rememberedFailures(before, now));
}

/** The state after one more failure at `now`: the wait doubles with each beyond the free ones. */
export function failed(before: Attempts | undefined, limits: BackoffLimits, now: number): Attempts {
  const failures = rememberedFailures(before, now) + 1;
  const beyond = failures - limits.free;
  const wait = beyond < 0 ? 0 : Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(beyond, 30));
  return { failures, last_failed_at: now, locked_until: now + wait };
}
