import type { Kysely } from 'kysely';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import type { DeliveryView, MailView } from './web-types.ts';

type Db = Kysely<Schema>;

/** Envelope and headers of a message that a view shows. */
export function messageOf(
  db: Db,
  id: string,
): Promise<{ envelope_from: string; message_id: string | null; engine_id: string }> {
  return db
    .selectFrom('messages')
    .select(['envelope_from', 'message_id', 'engine_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Other deliveries of a message, without the gate's own mails. */
export function siblingsOf(db: Db, messageId: string, not: string) {
  return db
    .selectFrom('deliveries')
    .select(['id', 'recipient', 'state'])
    .where('message_id', '=', messageId)
    .where('kind', '=', 'mail')
    .where('id', '!=', not)
    .orderBy('id')
    .execute();
}

/** Revisions of a message's body, oldest first; 0 is as accepted. */
export function revisionsOf(db: Db, messageId: string): Promise<MailView['revisions']> {
  return db
    .selectFrom('bodies')
    .select(['revision', 'created_at as at', 'actor'])
    .where('message_id', '=', messageId)
    .orderBy('revision')
    .execute();
}

/** Earlier verdicts than the newest, newest first. */
export async function earlierVerdicts(db: Db, deliveryId: string): Promise<DeliveryView['verdicts']> {
  return db
    .selectFrom('verdicts')
    .select(['created_at as at', 'decision', 'hold_reason', 'rationale'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('id', 'desc')
    .offset(1)
    .limit(20)
    .execute();
}

export async function commentsOf(db: Db, deliveryId: string): Promise<DeliveryView['comments']> {
  const rows = await db
    .selectFrom('review_comments')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute();
  return rows.map(({ id, at, person_id, person_name, text }) => ({
    id,
    at,
    by: { id: person_id, name: person_name },
    text,
  }));
}

/** The history of a delivery and its message, oldest first. */
export async function timelineOf(
  db: Db,
  of: { deliveryId: string; messageId: string },
): Promise<DeliveryView['timeline']> {
  const rows = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'action', 'detail'])
    .where('subject_id', 'in', [of.deliveryId, of.messageId])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
}

export function attemptsOf(db: Db, deliveryId: string): Promise<DeliveryView['attempts']> {
  return db
    .selectFrom('attempts')
    .select(['started_at as at', 'upstream', 'outcome', 'response'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute();
}

export function labelsOf(db: Db, deliveryId: string): Promise<DeliveryView['labels']> {
  return db
    .selectFrom('labels')
    .select(['at', 'actor', 'right', 'act'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute();
}

/** A delivery of an engine's mail; undefined for an unknown id. */
export function deliveryById(db: Db, id: string): Promise<Delivery | undefined> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', 'mail')
    .executeTakeFirst();
}
