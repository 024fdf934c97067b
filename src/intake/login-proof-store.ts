import { timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { deriveSecret } from '../config/gate-secret.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

const settingOf = (engineId: string): string => `login_proof:${engineId}`;

/**
 * What tells an engine's right password again at once, after a restart too: HMAC-SHA-256 under a key derived from the gate's. A fast
 * hash is enough, because the gate makes these passwords itself, of 192 random bits. With another password set it fits no more.
 *
 * @param secretHash of the engine, as its argon2id hash is stored
 * @returns 32 bytes
 */
export function loginProof(
  key: Buffer,
  engine: { id: string; secretHash: string | null } | null,
  password: string,
): Buffer {
  return deriveSecret(key, 'login-proof', engine?.id ?? '', engine?.secretHash ?? '', password);
}

/** Remembers a right password; one for each engine. */
export async function saveLoginProof(trx: Trx, engineId: string, proof: Buffer): Promise<void> {
  const value = proof.toString('hex');
  await trx
    .insertInto('settings')
    .values({ key: settingOf(engineId), value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** Compared with where none is kept, which takes as long. */
const NONE = Buffer.alloc(32);

/** Whether the password of this proof was right before. Asked for unknown names too, so that both take as long. */
export async function hasLoginProof(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  engineId: string | null,
  proof: Buffer,
): Promise<boolean> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', settingOf(engineId ?? ''))
    .executeTakeFirst();
  const kept = row ? Buffer.from(row.value, 'hex') : NONE;
  return timingSafeEqual(kept.length === NONE.length ? kept : NONE, proof) && row !== undefined;
}
