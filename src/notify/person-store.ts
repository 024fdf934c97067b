import type { Kysely } from 'kysely';
import { emailKey } from '../access/email-key.ts';
import type { User } from '../access/user-store.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { type NotifyPreferences, type Person, preferencesSchema } from './person.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Everybody with an account. */
export async function listPeople(db: Reader): Promise<Person[]> {
  return (await people(db).orderBy('email_key').execute()).map(fromRow);
}

/** The person with an account at this address, if there is one. */
export async function findPerson(db: Reader, address: string): Promise<Person | null> {
  const row = await people(db).where('email_key', '=', emailKey(address)).executeTakeFirst();
  return row ? fromRow(row) : null;
}

const people = (db: Reader) => db.selectFrom('users').select(['id', 'email', 'name', 'role', 'disabled_at']);

function fromRow(row: Pick<User, 'id' | 'email' | 'name' | 'role' | 'disabled_at'>): Person {
  const { id, email, name, role } = row;
  return { id, address: email, name, role, disabled: row.disabled_at !== null };
}

/** What people chose, by their id. */
export async function listPreferences(db: Reader): Promise<Map<string, NotifyPreferences>> {
  const rows = await db.selectFrom('notify_preferences').select(['user_id', 'preferences']).execute();
  return new Map(rows.map((row) => [row.user_id, read(row.preferences)]));
}

/** @returns null for who has chosen nothing yet */
export async function findPreferences(db: Reader, userId: string): Promise<NotifyPreferences | null> {
  const row = await db
    .selectFrom('notify_preferences')
    .select('preferences')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row ? read(row.preferences) : null;
}

export async function savePreferences(
  trx: Trx,
  userId: string,
  preferences: NotifyPreferences,
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  const before = await findPreferences(trx, userId);
  const row = { preferences: JSON.stringify(preferences), updated_at: now };
  await trx
    .insertInto('notify_preferences')
    .values({ user_id: userId, ...row })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
    .execute();
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'user', id: userId },
    action: 'notifications_changed',
    before,
    after: preferences,
  });
}

const read = (json: string): NotifyPreferences => preferencesSchema.parse(JSON.parse(json));
