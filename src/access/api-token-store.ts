import type { Selectable } from 'kysely';
import type { Role, Scope } from '../http/endpoint.ts';
import { newId } from '../message/id.ts';
import type { ApiTokenTable } from '../store/access-schema.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { newToken, tokenHash } from './random-token.ts';
import { type By, type Reader, type User, userById } from './user-store.ts';

export type ApiToken = Selectable<ApiTokenTable>;

/** Every API token of a person begins with it, so that scanners for leaked secrets find it. */
const TOKEN_MARK = 'psn_';

/** A token is marked as used this often at most. */
const TOUCH_MS = 60_000;

/** What a role may at most give a token. */
export const SCOPES_OF: Record<Role, readonly Scope[]> = {
  reviewer: ['read', 'review'],
  auditor: ['read', 'admin'],
  admin: ['read', 'review', 'crm', 'admin'],
};

/** Makes a token. @returns it with its row; the token itself is returned here and never again */
export async function addApiToken(
  trx: Trx,
  user: Pick<User, 'id'>,
  { name, scopes, expiresAt }: { name: string; scopes: readonly Scope[]; expiresAt: number | null },
  { actor, now }: By,
): Promise<{ token: string; row: ApiToken }> {
  const token = `${TOKEN_MARK}${newToken()}`;
  const row = await trx
    .insertInto('api_tokens')
    .values({
      id: newId(now),
      user_id: user.id,
      name,
      token_hash: tokenHash(token),
      hint: token.slice(-4),
      scopes: JSON.stringify(scopes),
      created_at: now,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'user', id: user.id },
    action: 'token_added',
    after: { id: row.id, name, scopes, expires_at: expiresAt },
  });
  return { token, row };
}

/** Tokens of a user, newest first, revoked ones too. */
export function listApiTokens(db: Reader, userId: string): Promise<ApiToken[]> {
  return db
    .selectFrom('api_tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** @returns whether the user had such a token in use */
export async function revokeApiToken(trx: Trx, userId: string, id: string, by: By): Promise<boolean> {
  const row = await trx
    .updateTable('api_tokens')
    .set({ revoked_at: by.now })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .returning(['name'])
    .executeTakeFirst();
  if (!row) return false;
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'user', id: userId },
    action: 'token_revoked',
    before: { id, name: row.name },
  });
  return true;
}

/** Revokes all tokens of a user that are in use. @returns how many there were */
export async function revokeApiTokens(trx: Trx, userId: string, by: By): Promise<number> {
  const used = (await listApiTokens(trx, userId)).filter((one) => one.revoked_at === null);
  for (const { id } of used) await revokeApiToken(trx, userId, id, by);
  return used.length;
}

/** The token a request presents and its owner; null when it is unknown, revoked, over, or its owner disabled. */
export async function findApiToken(
  database: Database,
  token: string,
  now: number,
): Promise<{ token: ApiToken; scopes: Scope[]; user: User } | null> {
  if (!token.startsWith(TOKEN_MARK)) return null;
  const row = await database.db
    .selectFrom('api_tokens')
    .selectAll()
    .where('token_hash', '=', tokenHash(token))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row || (row.expires_at !== null && row.expires_at <= now)) return null;
  const user = await userById(database.db, row.user_id);
  if (!user || user.disabled_at !== null) return null;
  if (row.last_used_at === null || now - row.last_used_at > TOUCH_MS) {
    await database.transact((trx) =>
      trx.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', row.id).execute(),
    );
  }
  const allowed = SCOPES_OF[user.role];
  const scopes = (JSON.parse(row.scopes) as Scope[]).filter((scope) => allowed.includes(scope));
  return { token: row, scopes, user };
}
