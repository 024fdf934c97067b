import type { Delivery } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { type Act, actorDetail, versionOf } from './act.ts';

type Reader = Pick<Trx, 'selectFrom'>;

interface Named {
  id: string;
  name: string;
}

/** Who looks after a delivery; null = nobody. */
export async function assigneeOf(db: Reader, deliveryId: string): Promise<Named | null> {
  const row = await db
    .selectFrom('review_states')
    .select(['assigned_id', 'assigned_name'])
    .where('delivery_id', '=', deliveryId)
    .executeTakeFirst();
  return row?.assigned_id ? { id: row.assigned_id, name: row.assigned_name ?? row.assigned_id } : null;
}

/** Gives a delivery to a person, or to nobody. It is no change of the delivery itself. */
export async function assign(
  trx: Trx,
  delivery: Delivery,
  person: Named | null,
  { act, now }: { act: Act; now: number },
): Promise<void> {
  const before = await assigneeOf(trx, delivery.id);
  const row = {
    assigned_id: person?.id ?? null,
    assigned_name: person?.name ?? null,
    assigned_at: person && now,
  };
  await trx
    .insertInto('review_states')
    .values({
      delivery_id: delivery.id,
      ...row,
      snoozed_until: null,
      snoozed_at: null,
      snoozed_version: null,
    })
    .onConflict((conflict) => conflict.column('delivery_id').doUpdateSet(row))
    .execute();
  await recordAudit(trx, {
    at: now,
    actor: act.actor,
    subject: { type: 'delivery', id: delivery.id },
    action: 'assign',
    before: before?.name ?? null,
    after: person?.name ?? null,
    detail: actorDetail(act),
  });
}

/**
 * Hides a held delivery from the queue until a time. It wakes by itself before that when its verdict, text or disposition
 * changes, or the prospect writes.
 *
 * @param until null = in sight again
 */
export async function snooze(
  trx: Trx,
  delivery: Delivery,
  until: number | null,
  { act, now }: { act: Act; now: number },
): Promise<void> {
  const row = {
    snoozed_until: until,
    snoozed_at: until && now,
    snoozed_version: until && versionOf(delivery),
  };
  await trx
    .insertInto('review_states')
    .values({
      delivery_id: delivery.id,
      assigned_id: null,
      assigned_name: null,
      assigned_at: null,
      ...row,
    })
    .onConflict((conflict) => conflict.column('delivery_id').doUpdateSet(row))
    .execute();
  await recordAudit(trx, {
    at: now,
    actor: act.actor,
    subject: { type: 'delivery', id: delivery.id },
    action: until === null ? 'wake' : 'snooze',
    after: until,
    detail: actorDetail(act),
  });
}

/** @returns the comment's id */
export async function addComment(
  trx: Trx,
  delivery: Delivery,
  comment: { person: Named; text: string },
  { act, now }: { act: Act; now: number },
): Promise<number> {
  const { id } = await trx
    .insertInto('review_comments')
    .values({
      delivery_id: delivery.id,
      at: now,
      person_id: comment.person.id,
      person_name: comment.person.name,
      text: comment.text,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordAudit(trx, {
    at: now,
    actor: act.actor,
    subject: { type: 'delivery', id: delivery.id },
    action: 'comment',
    detail: { comment: id, ...actorDetail(act) },
  });
  return id;
}

/** Remembers that an account had a revision of a delivery's text in front of it. */
export async function noteOpened(
  trx: Trx,
  opened: { deliveryId: string; personId: string; revision: number; at: number },
): Promise<void> {
  const row = { body_revision: opened.revision, at: opened.at };
  await trx
    .insertInto('review_opened')
    .values({ delivery_id: opened.deliveryId, person_id: opened.personId, ...row })
    .onConflict((conflict) => conflict.columns(['delivery_id', 'person_id']).doUpdateSet(row))
    .execute();
}

/** Which of the deliveries an account opened at their present text. */
export async function openedBy(
  db: Reader,
  personId: string,
  deliveryIds: readonly string[],
): Promise<Set<string>> {
  return new Set((await openedVersions(db, personId, deliveryIds)).keys());
}

/** As `openedBy`, with the version that each has: what is done with it then is refused once it was edited or judged anew. */
export async function openedVersions(
  db: Reader,
  personId: string,
  deliveryIds: readonly string[],
): Promise<Map<string, number>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('review_opened as o')
    .innerJoin('deliveries as d', 'd.id', 'o.delivery_id')
    .select(['o.delivery_id', 'd.lease_token'])
    .where('o.person_id', '=', personId)
    .where('o.delivery_id', 'in', [...deliveryIds])
    .whereRef('o.body_revision', '=', 'd.body_revision')
    .execute();
  return new Map(rows.map((row) => [row.delivery_id, versionOf(row)]));
}
