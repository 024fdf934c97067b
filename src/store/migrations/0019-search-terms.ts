import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.ts';

/**
 * The words of the FTS5 index as a table (https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module), so that beginnings of words
 * are looked up before they are searched. It keeps nothing of its own: the same moment however much mail there is.
 */
export async function up(db: Kysely<any>): Promise<void> {
  if (engineOf(db) === 'postgres') return;
  await sql`create virtual table draft_texts_terms using fts5vocab('draft_texts_fts', 'instance')`.execute(
    db,
  );
}
