import type { EventType } from '../message/disposition.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import { together } from '../store/together.ts';

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
  db: Queries,
  after: number,
  limit: number,
): Promise<{ settlements: Settlement[]; last: number; more: boolean }> {
  // In this order: what comes after the newest is for the next time.
  const [newest, found] = await together([newestId(db, 'audit'), entriesAfter(db, { after, limit })]);
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

const entriesAfter = prepared((db, { after, limit }: { after: number; limit: number }) =>
  db
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
    .limit(limit),
);

/** When the hold began that an audit entry ended, milliseconds since the epoch; null when the log does not say. */
export async function heldSince(db: Queries, delivery: string, ended: number): Promise<number | null> {
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

const labelsAbove = prepared((db, { after, limit }: { after: number; limit: number }) =>
  db
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
    .limit(limit),
);

/** Answers of reviewers after one, oldest first. */
export function labelsAfter(db: Queries, after: number, limit: number) {
  return labelsAbove(db, { after, limit });
}

/** The ends of both tables: what comes after them is new. */
export async function tailEnds(db: Queries): Promise<{ audit: number; label: number }> {
  return { audit: await newestId(db, 'audit'), label: await newestId(db, 'labels') };
}

async function newestId(db: Queries, table: 'audit' | 'labels'): Promise<number> {
  const row = await db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}
