import type { Kysely } from 'kysely';
import type { EventType } from '../message/disposition.ts';
import type { Schema } from '../store/schema.ts';

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

/** Changes after one audit entry, oldest first, and the last entry looked at. */
export async function settlementsAfter(
  db: Reader,
  after: number,
  limit: number,
): Promise<{ settlements: Settlement[]; last: number; more: boolean }> {
  const rows = await db
    .selectFrom('audit')
    .leftJoin('deliveries', (join) =>
      join.onRef('deliveries.id', '=', 'audit.subject_id').on('audit.subject_type', '=', 'delivery'),
    )
    .select([
      'audit.id',
      'audit.at',
      'audit.actor',
      'audit.action',
      'audit.subject_id',
      'audit.detail',
      'deliveries.message_id',
    ])
    .where('audit.id', '>', after)
    .orderBy('audit.id')
    .limit(limit)
    .execute();
  return {
    settlements: rows.flatMap((row): Settlement[] => {
      if (row.message_id === null) return [];
      const { from, to, hold_reason } = JSON.parse(row.detail) as {
        from?: unknown;
        to?: unknown;
        hold_reason?: string;
      };
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
          hold_reason: hold_reason ?? null,
        },
      ];
    }),
    last: rows.at(-1)?.id ?? after,
    more: rows.length === limit,
  };
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
  const audit = await db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  const label = await db.selectFrom('labels').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return { audit: audit?.id ?? 0, label: label?.id ?? 0 };
}
