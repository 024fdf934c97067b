import type { Selectable } from 'kysely';
import type { OneTimeTokenTable } from '../store/access-schema.ts';
import type { Trx } from '../store/database.ts';
import { newToken, tokenHash } from './random-token.ts';
import type { Reader } from './user-store.ts';

export type OneTimeToken = Selectable<OneTimeTokenTable>;
export type OneTimeKind = OneTimeToken['kind'];

/** Makes a token that works once. Those of the same kind for the same user are void from now on. */
export async function issueToken(
  trx: Trx,
  kind: OneTimeKind,
  options: { userId: string | null; detail?: unknown; lastsMs: number; now: number; replace?: boolean },
): Promise<{ token: string; expiresAt: number }> {
  const { userId, now } = options;
  await trx.deleteFrom('one_time_tokens').where('expires_at', '<=', now).execute();
  if (options.replace ?? true) await voidTokens(trx, kind, userId);
  const token = newToken();
  const expiresAt = now + options.lastsMs;
  await trx
    .insertInto('one_time_tokens')
    .values({
      token_hash: tokenHash(token),
      kind,
      user_id: userId,
      detail: JSON.stringify(options.detail ?? {}),
      created_at: now,
      expires_at: expiresAt,
    })
    .execute();
  return { token, expiresAt };
}

/** Looks at a token without using it; null when it is unknown, used or over. */
export async function findToken(
  db: Reader,
  kinds: readonly OneTimeKind[],
  token: string,
  now: number,
): Promise<OneTimeToken | null> {
  const row = await db
    .selectFrom('one_time_tokens')
    .selectAll()
    .where('token_hash', '=', tokenHash(token))
    .where('kind', 'in', kinds)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row ?? null;
}

/** Uses a token up; null when it is unknown, used or over. */
export async function takeToken(
  trx: Trx,
  kinds: readonly OneTimeKind[],
  token: string,
  now: number,
): Promise<OneTimeToken | null> {
  const row = await findToken(trx, kinds, token, now);
  if (row) await trx.deleteFrom('one_time_tokens').where('token_hash', '=', row.token_hash).execute();
  return row;
}

/** Makes all tokens of a kind void, for one user or those of no user. */
export async function voidTokens(trx: Trx, kind: OneTimeKind, userId: string | null): Promise<void> {
  await trx
    .deleteFrom('one_time_tokens')
    .where('kind', '=', kind)
    .where('user_id', userId === null ? 'is' : '=', userId)
    .execute();
}

/** Open links of users, e.g. invitations, by user. */
export function openTokens(db: Reader, kinds: readonly OneTimeKind[], now: number): Promise<OneTimeToken[]> {
  return db
    .selectFrom('one_time_tokens')
    .selectAll()
    .where('kind', 'in', kinds)
    .where('expires_at', '>', now)
    .execute();
}
