import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

const pool = new Uint8Array(8192);
let used = pool.length;

/** `ulid` asks the system for each of its 16 random characters; an import makes thousands of ids. */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] ?? 0) / 256;
}

/** @returns e.g. `p_01jx4…`, in the order of `at` (milliseconds since the epoch) */
export function newRecordId(prefix: 'c' | 'p' | 'i' | 'u', at: number): string {
  return `${prefix}_${ulid(at, random).toLowerCase()}`;
}

/** The id of a record whose table counts them. @returns 0, which no record has, for what is no such id */
export function countedId(id: string | number): number {
  return /^\d{1,15}$/.test(String(id)) ? Number(id) : 0;
}
