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

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The same 128 bits as a UUID (RFC 9562 4), for providers whose clients expect one: some keep it in a column of that type.
 *
 * @param id a ULID
 */
export function uuidOf(id: string): string {
  let bits = 0n;
  for (const char of id) bits = (bits << 5n) | BigInt(CROCKFORD.indexOf(char));
  const hex = bits.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The ULID behind a UUID of `uuidOf`; a ULID is its own. null for anything else. */
export function idOf(text: string): string | null {
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return text;
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return null;
  let bits = BigInt(`0x${text.replaceAll('-', '')}`);
  let id = '';
  for (let i = 0; i < 26; i += 1) {
    id = CROCKFORD[Number(bits & 31n)]! + id;
    bits >>= 5n;
  }
  return id;
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
