import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

const pool = new Uint8Array(4096);
let used = pool.length;

/** A random number in [0, 1), from a pool: asking the system for each would cost more than the rest of accepting. */
function pooledRandom(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++]! / 256;
}

const monotonic = monotonicFactory(pooledRandom);

/**
 * A new id: a ULID, 26 characters, sortable by time; within one process later ids are greater.
 *
 * @param at milliseconds since the epoch
 */
export function newId(at: number): string {
  return monotonic(at);
}
