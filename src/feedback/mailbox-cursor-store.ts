import type { Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

/** How far a mailbox was read: every UID up to the last one is done, as long as UIDVALIDITY stays (RFC 3501 2.3.1.1). */
export interface MailboxCursor {
  uidValidity: string;
  lastUid: number;
}

/** @returns null for a mailbox that was never read */
export async function readCursor(db: Kysely<Schema>, mailbox: string): Promise<MailboxCursor | null> {
  const row = await db
    .selectFrom('mailbox_cursors')
    .selectAll()
    .where('mailbox', '=', mailbox)
    .executeTakeFirst();
  return row ? { uidValidity: row.uid_validity, lastUid: row.last_uid } : null;
}

export async function moveCursor(
  trx: Trx,
  mailbox: string,
  { uidValidity, lastUid }: MailboxCursor,
  now: number,
): Promise<void> {
  const values = { uid_validity: uidValidity, last_uid: lastUid, updated_at: now };
  await trx
    .insertInto('mailbox_cursors')
    .values({ mailbox, ...values })
    .onConflict((conflict) => conflict.column('mailbox').doUpdateSet(values))
    .execute();
}
