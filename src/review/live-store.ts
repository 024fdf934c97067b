import type { Kysely } from 'kysely';
import type { DeliveryState } from '../message/disposition.ts';
import type { Schema } from '../store/schema.ts';
import type { LiveChange } from './web-types.ts';

/**
 * Audit entries after one, oldest first, as the live stream tells them. Ids are given inside transactions that SQLite makes
 * one after another, so none appears behind a higher one; on PostgreSQL a sequence would not promise that.
 */
export async function changesAfter(db: Kysely<Schema>, after: number, limit: number): Promise<LiveChange[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, at, actor, subject_type, subject_id, action, detail }) => ({
    id,
    at,
    actor,
    subject: { type: subject_type, id: subject_id },
    action,
    state: subject_type === 'delivery' ? stateAfter(detail) : null,
  }));
}

function stateAfter(detail: string): DeliveryState | null {
  return (JSON.parse(detail) as { to?: DeliveryState }).to ?? null;
}
