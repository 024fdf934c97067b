import type { Kysely } from 'kysely';
import { type StoredVerdict, verdictFromRow } from '../../pipeline/verdict-store.ts';
import type { Schema } from '../../store/schema.ts';
import type { SpotCheckItem } from './answer-store.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** What is kept of the mail behind an item; undefined when it is forgotten. */
export function mailOf(db: Reader, { delivery_id }: Pick<SpotCheckItem, 'delivery_id'>) {
  return db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .innerJoin('bodies', (join) =>
      join.onRef('bodies.message_id', '=', 'deliveries.message_id').on('bodies.revision', '=', 0),
    )
    .select(['deliveries.recipient', 'messages.received_at', 'bodies.raw'])
    .where('deliveries.id', '=', delivery_id)
    .executeTakeFirst();
}

/** The verdict that was drawn; null when it is forgotten. */
export async function verdictOf(
  db: Reader,
  { verdict_id }: Pick<SpotCheckItem, 'verdict_id'>,
): Promise<StoredVerdict | null> {
  const row = await db.selectFrom('verdicts').selectAll().where('id', '=', verdict_id).executeTakeFirst();
  return row ? verdictFromRow(row) : null;
}

/** Subject and recipient of each delivery, for lists. */
export async function headsOf(
  db: Reader,
  deliveries: readonly string[],
): Promise<Map<string, { subject: string | null; recipient: string }>> {
  if (deliveries.length === 0) return new Map();
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .select(['deliveries.id', 'deliveries.recipient', 'messages.subject'])
    .where('deliveries.id', 'in', [...deliveries])
    .execute();
  return new Map(rows.map(({ id, ...head }) => [id, head]));
}
