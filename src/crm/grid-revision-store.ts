import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { Revision } from './revision-store.ts';
import type { GridTable } from './web-types.ts';

/** Id of the newest revision; 0 when there is none. */
export async function newestOf(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('revisions').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

/** Revisions younger than `id`, oldest first: all of them, or of one record. */
export async function revisionsAfter(
  db: Kysely<Schema>,
  id: number,
  of: { table: GridTable; id: string } | null = null,
): Promise<Revision[]> {
  let query = db.selectFrom('revisions').selectAll().where('id', '>', id).orderBy('id');
  if (of) query = query.where('table_name', '=', of.table).where('record_id', '=', of.id);
  return await query.execute();
}

/** For each of the revisions the one that took it back, if any did. */
export async function takenBackBy(
  db: Kysely<Schema>,
  of: { table: GridTable; id: string },
): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('revisions')
    .select(['id', 'reverts'])
    .where('table_name', '=', of.table)
    .where('record_id', '=', of.id)
    .where('reverts', 'is not', null)
    .orderBy('id')
    .execute();
  return new Map(rows.map(({ id, reverts }) => [reverts ?? 0, id]));
}
