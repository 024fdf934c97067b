/** What of a host says whether it gets the next call. */
export interface Loaded {
  /** Calls it works on now. */
  outstanding: number;
  /** Calls it may be given at once. */
  limit: number;
  /** When it was last given one: the number of that call. */
  lastTurn: number;
}

/**
 * The host that gets the next call: the one with the least outstanding for its size; of several alike the one whose turn is
 * longest ago. Null when none has room. Pure.
 */
export function leastOutstanding<T extends Loaded>(hosts: readonly T[]): T | null {
  let best: T | null = null;
  for (const host of hosts) {
    if (host.outstanding >= host.limit) continue;
    if (best === null || before(host, best)) best = host;
  }
  return best;
}

function before(a: Loaded, b: Loaded): boolean {
  // Fractions compared without division.
  const difference = a.outstanding * b.limit - b.outstanding * a.limit;
  return difference < 0 || (difference === 0 && a.lastTurn < b.lastTurn);
}
