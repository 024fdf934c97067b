import type { Selectable } from 'kysely';
import { newId } from '../message/id.ts';
import type { SessionTable } from '../store/access-schema.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { newToken, tokenHash } from './random-token.ts';
import { type By, type Reader, type User, userById } from './user-store.ts';

export type Session = Selectable<SessionTable>;

/** How long sessions last, milliseconds. */
export interface SessionLengths {
  idleMs: number;
  absoluteMs: number;
}

/** Where a session was begun. */
export interface Origin {
  address: string;
  userAgent: string;
}

/** A session is marked as used this often at most: a write for each request would help nobody. */
const TOUCH_MS = 60_000;

/** Begins a session. @returns its row, and the cookie's value, which is kept nowhere */
export async function beginSession(
  trx: Trx,
  user: Pick<User, 'id' | 'email'>,
  {
    method,
    lengths,
    origin,
    now,
  }: { method: Session['method']; lengths: SessionLengths; origin: Origin; now: number },
): Promise<{ session: Session; token: string }> {
  const token = newToken();
  const session = await trx
    .insertInto('sessions')
    .values({
      id: newId(now),
      token_hash: tokenHash(token),
      user_id: user.id,
      method,
      created_at: now,
      last_used_at: now,
      expires_at: now + lengths.absoluteMs,
      address: origin.address,
      user_agent: origin.userAgent.slice(0, 300),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await trx.updateTable('users').set({ last_seen_at: now }).where('id', '=', user.id).execute();
  await recordAudit(trx, {
    at: now,
    actor: user.email,
    subject: { type: 'user', id: user.id },
    action: 'signed_in',
    detail: { session: session.id, method, address: origin.address },
  });
  return { session, token };
}

/** The session behind a cookie's value and its user; null when it is unknown, over, or its user disabled. */
export async function findSession(
  database: Database,
  token: string,
  { lengths, now }: { lengths: SessionLengths; now: number },
): Promise<{ session: Session; user: User } | null> {
  const session = await database.db
    .selectFrom('sessions')
    .selectAll()
    .where('token_hash', '=', tokenHash(token))
    .executeTakeFirst();
  if (!session || isOver(session, lengths, now)) return null;
  const user = await userById(database.db, session.user_id);
  if (!user || user.disabled_at !== null) return null;
  if (now - session.last_used_at > TOUCH_MS) {
    await database.transact(async (trx) => {
      await trx.updateTable('sessions').set({ last_used_at: now }).where('id', '=', session.id).execute();
      await trx.updateTable('users').set({ last_seen_at: now }).where('id', '=', user.id).execute();
    });
  }
  return { session, user };
}

/** Whether a session was idle for too long or has come to its end. */
export function isOver(session: Session, { idleMs }: SessionLengths, now: number): boolean {
  return now >= session.expires_at || now - session.last_used_at >= idleMs;
}

/** Sessions of a user that are not over, newest first. */
export async function listSessions(
  db: Reader,
  userId: string,
  { lengths, now }: { lengths: SessionLengths; now: number },
): Promise<Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('last_used_at', 'desc')
    .execute();
  return rows.filter((row) => !isOver(row, lengths, now));
}

/** Ends one session of a user. @returns whether there was one */
export async function endSession(trx: Trx, user: Pick<User, 'id'>, id: string, by: By): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) return false;
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'user', id: user.id },
    action: 'signed_out',
    detail: { session: id },
  });
  return true;
}

/** Ends the session that a user signs in over, so that it does not stay behind. */
export async function endReplaced(trx: Trx, user: User, token: string | null, by: By): Promise<void> {
  if (!token) return;
  const old = await trx
    .selectFrom('sessions')
    .select('id')
    .where('token_hash', '=', tokenHash(token))
    .executeTakeFirst();
  if (old) await endSession(trx, user, old.id, by);
}

/** Ends all sessions of a user, as after a new password or role. @returns how many there were */
export async function endSessions(
  trx: Trx,
  userId: string,
  why: string,
  by: By,
  { except }: { except?: string } = {},
): Promise<number> {
  let query = trx.deleteFrom('sessions').where('user_id', '=', userId);
  if (except !== undefined) query = query.where('id', '!=', except);
  const ended = Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  if (ended > 0) {
    await recordAudit(trx, {
      at: by.now,
      actor: by.actor,
      subject: { type: 'user', id: userId },
      action: 'sessions_ended',
      detail: { ended, why },
    });
  }
  return ended;
}

/** Gives a session another cookie, as after its rights changed. @returns the cookie's new value */
export async function rotateSession(trx: Trx, session: Pick<Session, 'id'>): Promise<string> {
  const token = newToken();
  await trx
    .updateTable('sessions')
    .set({ token_hash: tokenHash(token) })
    .where('id', '=', session.id)
    .execute();
  return token;
}

/** Removes sessions that are over. */
export async function forgetSessions(trx: Trx, { idleMs }: SessionLengths, now: number): Promise<void> {
  await trx
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', now), eb('last_used_at', '<=', now - idleMs)]))
    .execute();
}
