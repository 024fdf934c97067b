import { createHmac, randomBytes } from 'node:crypto';
import { deriveSecret } from '../config/gate-secret.ts';
import type { Trx } from '../store/database.ts';
import type { Reader } from './user-store.ts';

/** How many are made at once. */
const RECOVERY_CODES = 10;

/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Twelve characters of 31: 59 random bits. */
function newCode(): string {
  let text = '';
  while (text.length < 12) {
    for (const byte of randomBytes(16)) {
      // 248 = 8 × 31: no character is likelier than another.
      if (byte < 248 && text.length < 12) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

/** Keyed, since a code is short enough to be searched for in a copy of the database. */
function hashOf(key: Buffer, code: string): string {
  const bare = code.toLowerCase().replaceAll(/[^a-z0-9]/gu, '');
  return createHmac('sha256', deriveSecret(key, 'recovery')).update(bare).digest('hex');
}

/** Makes ten new codes; earlier ones are void. They are returned here and never again. */
export async function newRecoveryCodes(
  trx: Trx,
  userId: string,
  { key, now }: { key: Buffer; now: number },
): Promise<string[]> {
  await forgetRecoveryCodes(trx, userId);
  const codes = Array.from({ length: RECOVERY_CODES }, newCode);
  await trx
    .insertInto('recovery_codes')
    .values(
      codes.map((code) => ({
        code_hash: hashOf(key, code),
        user_id: userId,
        created_at: now,
        used_at: null,
      })),
    )
    .execute();
  return codes;
}

/** Uses a code up. @returns whether it was one of the user's, not used before */
export async function useRecoveryCode(
  trx: Trx,
  userId: string,
  code: string,
  { key, now }: { key: Buffer; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('recovery_codes')
    .set({ used_at: now })
    .where('code_hash', '=', hashOf(key, code))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function forgetRecoveryCodes(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}

/** How many codes are left. */
export async function recoveryCodesLeft(db: Reader, userId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<number | string>().as('left'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(left);
}
