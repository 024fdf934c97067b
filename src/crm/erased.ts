import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import { keysOf } from '../store/gate-keys.ts';
import type { Schema } from '../store/schema.ts';

/** What the value of a suppression begins with where a person was erased: no address looks like it. */
const MARK = 'erased:';

/**
 * An address as it is remembered after its person was erased: HMAC-SHA-256 under the gate's key. It stops mail to the address and
 * tells nobody without the key which address it is.
 *
 * @param key of the address (crm/address.ts)
 */
export function erasedValue(db: Pick<Kysely<Schema>, 'selectFrom'>, key: string): string {
  return MARK + createHmac('sha256', keysOf(db).erased()).update(key).digest('hex');
}

/** Whether a suppression's value is one of a person who was erased. */
export function isErasedValue(value: string): boolean {
  return /^erased:[0-9a-f]{64}$/.test(value);
}
