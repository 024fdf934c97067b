import type { Kysely } from 'kysely';
import type { EventType } from '../message/disposition.ts';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** A change of a disposition, as the audit log has it. */
export interface Settlement {
  /** Of the audit entry. */
  id: number;
  at: number;
  actor: string;
  event: EventType;
  delivery: string;
  message: string;
  from: string;
  to: string;
  hold_reason: string | null;
}

/**
 * Changes after one audit entry, oldest first, and the last entry looked at.
 *
 * Under a flood of mail most entries are of other kinds; those are passed over inside the database.
 */
export async function settlementsAfter(
  db: Reader,
  after: number,
  limit: number,
): Promise<{ settlements: Settlement[]; last: number; more: boolean }> {
  // In this order: what comes after the newest is for the next time.
  const [newest, found] = await together([newestId(db, 'audit'), entriesAfter(db, after, limit)]);
  const rows = found.filter(({ id }) => id <= newest);
  const more = rows.length === limit;
  return {
    settlements: rows.flatMap((row): Settlement[] => {
      const { from, to, hold_reason } = JSON.parse(row.detail) as Record<string, unknown>;
      // Other entries about a delivery (notes, assignments) change no disposition.
      if (typeof from !== 'string' || typeof to !== 'string') return [];
      return [
        {
          id: row.id,
          at: row.at,
          actor: row.actor,
          event: row.action as EventType,
          delivery: row.subject_id,
          message: row.message_id,
          from,
          to,
          hold_reason: typeof hold_reason === 'string' ? hold_reason : null,
        },
      ];
    }),
    last: more ? rows.at(-1)!.id : newest,
    more,
  };
}

function entriesAfter(db: Reader, after: number, limit: number) {
  return db
    .selectFrom('audit')
    .innerJoin('deliveries', 'deliveries.id', 'audit.subject_id')
    .select([
      'audit.id',
      'audit.at',
      'audit.actor',
      'audit.action',
      'audit.subject_id',
      'audit.detail',
      'message_id',
    ])
    .where('audit.id', '>', after)
    .where('audit.subject_type', '=', 'delivery')
    .orderBy('audit.id')
    .limit(limit)
    .execute();
}

/** When the hold began that an audit entry ended, milliseconds since the epoch; null when the log does not say. */
export async function heldSince(db: Reader, delivery: string, ended: number): Promise<number | null> {
  const row = await db
    .selectFrom('audit')
    .select('at')
    .where('subject_id', '=', delivery)
    .where('id', '<', ended)
    .where('action', 'in', ['judged', 'hold', 'undo'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Answers of reviewers after one, oldest first. */
export async function labelsAfter(db: Reader, after: number, limit: number) {
  return db
    .selectFrom('labels')
    .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
    .select([
      'labels.id',
      'labels.right as answer',
      'deliveries.hold_reason as rule',
      'deliveries.id as delivery',
      'deliveries.message_id as message',
    ])
    .where('labels.id', '>', after)
    .orderBy('labels.id')
    .limit(limit)
    .execute();
}

/** The ends of both tables: what comes after them is new. */
export async function tailEnds(db: Reader): Promise<{ audit: number; label: number }> {
  return { audit: await newestId(db, 'audit'), label: await newestId(db, 'labels') };
}

async function newestId(db: Reader, table: 'audit' | 'labels'): Promise<number> {
  const row = await db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}
