import { type Kysely, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';

type Reader = Kysely<Schema>;

export async function engineNames(db: Reader): Promise<{ id: string; name: string }[]> {
  return db.selectFrom('engines').select(['id', 'name']).orderBy('name').execute();
}

/** When each held delivery came and runs out. */
export async function heldTimes(
  db: Reader,
  engine: string | null,
): Promise<{ created_at: number; expires_at: number | null }[]> {
  let query = db
    .selectFrom('deliveries')
    .select(['created_at', 'expires_at'])
    .where('state', '=', 'held')
    .where('kind', '=', 'mail')
    .orderBy('created_at');
  if (engine !== null) query = query.where('engine_id', '=', engine);
  return query.execute();
}

/** Newest labels, one a delivery, by what the delivery was stopped for. */
export async function labelCounts(
  db: Reader,
  { from, to, engine }: { from: number; to: number; engine: string | null },
) {
  let newest = db
    .selectFrom('labels')
    .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
    .select((eb) => [eb.fn.max('labels.id').as('id')])
    .where('labels.at', '>=', from)
    .where('labels.at', '<', to)
    .where('deliveries.hold_reason', 'is not', null)
    .groupBy('labels.delivery_id');
  if (engine !== null) newest = newest.where('deliveries.engine_id', '=', engine);
  return db
    .selectFrom(newest.as('newest'))
    .innerJoin('labels', 'labels.id', 'newest.id')
    .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
    .select((eb) => ['deliveries.hold_reason as rule', 'labels.right', eb.fn.countAll<number>().as('count')])
    .groupBy(['deliveries.hold_reason', 'labels.right'])
    .execute();
}

/** The newest attempt of each upstream that did not deliver. */
export async function lastErrors(db: Reader, upstreams: readonly string[]) {
  const errors = new Map<string, { at: number; response: string }>();
  for (const upstream of upstreams) {
    const row = await db
      .selectFrom('attempts')
      .select(['started_at', 'finished_at', 'outcome', 'response'])
      .where('upstream', '=', upstream)
      // As the partial index attempts_failed says it.
      .where(sql<boolean>`outcome in ('temporary','permanent','lost')`)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row) {
      errors.set(upstream, {
        at: row.finished_at ?? row.started_at,
        response: row.response ?? row.outcome ?? 'no answer',
      });
    }
  }
  return errors;
}

/** What people did with held mail. */
export async function reviewerActs(
  db: Reader,
  { from, to, engine }: { from: number; to: number; engine: string | null },
) {
  let query = db
    .selectFrom('audit')
    .select((eb) => ['audit.actor', 'audit.action', eb.fn.countAll<number>().as('count')])
    .where('audit.at', '>=', from)
    .where('audit.at', '<', to)
    // As the partial index audit_acts says it.
    .where(sql<boolean>`action in ('release','reject','escalate','close','undo')`)
    .groupBy(['audit.actor', 'audit.action']);
  if (engine !== null) {
    query = query
      .innerJoin('deliveries', 'deliveries.id', 'audit.subject_id')
      .where('deliveries.engine_id', '=', engine);
  }
  return query.execute();
}

/** What people answered to "was the judge right?". */
export async function labelsByActor(
  db: Reader,
  { from, to, engine }: { from: number; to: number; engine: string | null },
) {
  let query = db
    .selectFrom('labels')
    .select((eb) => ['labels.actor', 'labels.right', eb.fn.countAll<number>().as('count')])
    .where('labels.at', '>=', from)
    .where('labels.at', '<', to)
    .groupBy(['labels.actor', 'labels.right']);
  if (engine !== null) {
    query = query
      .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
      .where('deliveries.engine_id', '=', engine);
  }
  return query.execute();
}
