import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.ts';

/** The orders of prospects by name and title with what is empty first, as SQLite's indexes have it: PostgreSQL's own order is the other way round. */
export async function up(db: Kysely<any>): Promise<void> {
  if (engineOf(db) === 'sqlite') return;
  for (const field of ['name', 'title']) {
    const index = sql.ref(`prospects_in_${field}_order`);
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on prospects (lower(${sql.ref(field)}) nulls first, id)`.execute(db);
  }
}
