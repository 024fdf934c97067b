import { type Kysely, sql } from 'kysely';
import { type Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import type { Trx } from '../store/database.ts';

/** A delivery that an event may be about, and by which attempt. */
export interface Candidate {
  delivery: Delivery;
  /** `forward` = it went to the account owner and not to the prospect. */
  attempt: 'relay' | 'forward';
}

type Db = Kysely<Schema>;

/** Deliveries that an upstream took under one of these ids. */
export async function byUpstreamId(db: Db, ids: readonly string[]): Promise<Candidate[]> {
  const rows = await db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
    .selectAll('deliveries')
    .select('attempts.kind as attempt')
    .where('attempts.upstream_id', 'in', ids)
    .orderBy('attempts.id')
    .execute();
  const last = new Map(rows.map(({ attempt, ...delivery }) => [delivery.id, { delivery, attempt }]));
  return [...last.values()];
}

/** Deliveries of messages with this Message-ID to these addresses, tried at least once. */
export async function byMessageId(
  db: Db,
  messageId: string,
  addressKeys: readonly string[],
): Promise<Candidate[]> {
  const rows = await db
    .selectFrom('messages')
    .innerJoin('deliveries', 'deliveries.message_id', 'messages.id')
    .selectAll('deliveries')
    .where('messages.message_id', '=', messageId)
    .where('deliveries.kind', '=', 'mail')
    .where('deliveries.address_key', 'in', addressKeys)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('attempts')
          .select('attempts.id')
          .whereRef('attempts.delivery_id', '=', 'deliveries.id')
          .where('attempts.kind', '=', 'relay'),
      ),
    )
    .execute();
  return rows.map((delivery) => ({ delivery, attempt: 'relay' }));
}

/** States of a delivery that may have reached its recipient. */
const MAY_HAVE_LEFT = ['uncertain', 'relayed', 'relaying', 'deferred', 'failed'] as const;

/** A delivery made longer ago than this does not wait for an answer any more: bounds the search, which has no index of its own. */
const OLDEST_MS = 30 * 86_400_000;

/** Whether a mail to the address waits for an answer or has lost it: seldom, so that nothing more need be looked up. */
export async function anyUnanswered(db: Db, addressKey: string): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('state', 'in', ['uncertain', 'relaying'])
    .where('address_key', '=', addressKey)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Deliveries to an address under a subject that were handed over since `since`, and whose upstream told no id.
 *
 * @param since milliseconds since the epoch
 * @returns with when the attempt was handed over that has no answer; null = each was answered
 */
export async function bySubject(
  db: Db,
  { addressKey, subject, since }: { addressKey: string; subject: string; since: number },
): Promise<(Candidate & { unansweredSince: number | null })[]> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .innerJoin('attempts', 'attempts.delivery_id', 'deliveries.id')
    .selectAll('deliveries')
    .select([
      sql<number | null>`max(case when attempts.outcome is null or attempts.outcome = 'lost'
        then attempts.handover_at end)`.as('unanswered_since'),
    ])
    .where('deliveries.state', 'in', MAY_HAVE_LEFT)
    .where('deliveries.created_at', '>=', since - OLDEST_MS)
    .where('deliveries.kind', '=', 'mail')
    .where('deliveries.address_key', '=', addressKey)
    .where(sql<string>`trim(messages.subject)`, '=', subject.trim())
    .where('attempts.kind', '=', 'relay')
    .where('attempts.handover_at', '>=', since)
    .groupBy('deliveries.id')
    .having((eb) => eb.fn.max('attempts.upstream_id'), 'is', null)
    .execute();
  return rows.map(({ unanswered_since, ...delivery }) => ({
    delivery,
    attempt: 'relay',
    unansweredSince: unanswered_since,
  }));
}

/** Keeps the upstream's id that an event told, so that the next event is matched by it. */
export async function learnUpstreamId(trx: Trx, deliveryId: string, upstreamId: string): Promise<void> {
  await trx
    .updateTable('attempts')
    .set({ upstream_id: upstreamId })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('attempts')
        .select((one) => one.fn.max('attempts.id').as('id'))
        .where('delivery_id', '=', deliveryId)
        .where('handover_at', 'is not', null),
    )
    .where('upstream_id', 'is', null)
    .execute();
}

/** Uncertain deliveries whose upstream's id was learnt: it came in an event, so the upstream had taken the mail. */
export async function uncertainWithId(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('attempts', 'attempts.delivery_id', 'deliveries.id')
    .select('deliveries.id')
    .where('deliveries.state', '=', 'uncertain')
    .where('attempts.upstream_id', 'is not', null)
    .where('attempts.id', '=', (eb) =>
      eb
        .selectFrom('attempts as later')
        .select((one) => one.fn.max('later.id').as('id'))
        .whereRef('later.delivery_id', '=', 'deliveries.id'),
    )
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Engine and newest delivery of the message that a mail answers, by Message-ID or the upstream's id of it. */
export async function answeredDelivery(
  db: Db,
  references: readonly string[],
): Promise<{ engineId: string; deliveryId: string } | null> {
  if (references.length === 0) return null;
  const row = await db
    .selectFrom('messages')
    .innerJoin('deliveries', 'deliveries.message_id', 'messages.id')
    .select(['deliveries.engine_id', 'deliveries.id'])
    .where('messages.message_id', 'in', references)
    .where('deliveries.kind', '=', 'mail')
    .orderBy('deliveries.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row) return { engineId: row.engine_id, deliveryId: row.id };
  // Providers that replace the Message-ID make it of their own id: `<id@their.host>`.
  const ids = references.flatMap((reference) => [reference, reference.replace(/^<|@.*$|>$/g, '')]);
  const found = (await byUpstreamId(db, ids)).findLast(({ delivery }) => delivery.kind === 'mail');
  return found ? { engineId: found.delivery.engine_id, deliveryId: found.delivery.id } : null;
}
