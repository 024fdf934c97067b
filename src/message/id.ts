import { randomFillSync } from 'node:crypto';
import { decodeTime, encodeTime, monotonicFactory } from 'ulid';

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

/**
 * A new id that sorts after `previous`, whichever process made that one and however their clocks of the moment differ.
 *
 * @param previous null = nothing to come after
 */
export function newIdAfter(at: number, previous: string | null): string {
  const id = newId(at);
  return previous === null || id > previous ? id : newId(decodeTime(previous) + 1);
}

/** Not an id: what every id made at `at` or later sorts after, and every earlier one before. */
export function idFloor(at: number): string {
  return encodeTime(at, 10);
}
