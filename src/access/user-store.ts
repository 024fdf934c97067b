import type { Kysely, Selectable, Updateable } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Role } from '../http/endpoint.ts';
import { newId } from '../message/id.ts';
import type { UserTable } from '../store/access-schema.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { emailKey } from './email-key.ts';

export type User = Selectable<UserTable>;
export type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Who changes something, and when. */
export interface By {
  actor: string;
  now: number;
}

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  passwordHash?: string | null;
}

/** What an audit entry says of a user: no secrets. */
const SHOWN = ['email', 'name', 'role', 'disabled_at', 'provider_only', 'shortcuts'] as const;

/** @throws UserError when the e-mail address is taken */
export async function addUser(trx: Trx, user: NewUser, { actor, now }: By): Promise<User> {
  const key = emailKey(user.email);
  if (await userByEmail(trx, key)) throw new UserError(`there is a user ${key} already`);
  const row = await trx
    .insertInto('users')
    .values({
      id: newId(now),
      email: user.email.trim(),
      email_key: key,
      name: user.name.trim(),
      role: user.role,
      password_hash: user.passwordHash ?? null,
      provider_only: 0,
      oidc_issuer: null,
      oidc_subject: null,
      totp_secret: null,
      totp_confirmed_at: null,
      totp_last_step: null,
      shortcuts: 1,
      disabled_at: null,
      last_seen_at: null,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const { email, name, role } = row;
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'user', id: row.id },
    action: 'added',
    after: { email, name, role },
  });
  return row;
}

export function userById(db: Reader, id: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
}

export function userByEmail(db: Reader, email: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('email_key', '=', emailKey(email)).executeTakeFirst();
}

export function listUsers(db: Reader): Promise<User[]> {
  return db.selectFrom('users').selectAll().orderBy('created_at').orderBy('id').execute();
}

/** Whether anybody can do everything yet; until then the setup link leads in. */
export async function adminExists(db: Reader): Promise<boolean> {
  const found = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Changes a user, with an audit entry of what was and what is.
 *
 * @param action how the audit log calls it, e.g. `role_changed`
 */
export async function changeUser(
  trx: Trx,
  user: User,
  changes: Updateable<UserTable>,
  { actor, now, action }: By & { action: string },
): Promise<User> {
  const row = await trx
    .updateTable('users')
    .set({ ...changes, updated_at: now })
    .where('id', '=', user.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const changed = SHOWN.filter((field) => row[field] !== user[field]);
  const of = (from: User) => Object.fromEntries(changed.map((field) => [field, from[field]]));
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'user', id: user.id },
    action,
    ...(changed.length > 0 ? { before: of(user), after: of(row) } : {}),
    detail: { email: row.email },
  });
  return row;
}

/** How many other admins can sign in now. */
export async function otherAdmins(db: Reader, userId: string): Promise<number> {
  const { others } = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number | string>().as('others'))
    .where('role', '=', 'admin')
    .where('id', '!=', userId)
    .where('disabled_at', 'is', null)
    .where((eb) => eb.or([eb('password_hash', 'is not', null), eb('oidc_subject', 'is not', null)]))
    .executeTakeFirstOrThrow();
  return Number(others);
}

/** Removes a user who never signed in, with what hangs on them. */
export async function removeUserRow(trx: Trx, { id }: User): Promise<void> {
  for (const table of ['one_time_tokens', 'recovery_codes', 'api_tokens', 'sessions'] as const) {
    await trx.deleteFrom(table).where('user_id', '=', id).execute();
  }
  await trx.deleteFrom('users').where('id', '=', id).execute();
}

/** The user an identity provider's person is linked to. */
export function userBySubject(
  db: Reader,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('oidc_issuer', '=', issuer)
    .where('oidc_subject', '=', subject)
    .executeTakeFirst();
}
