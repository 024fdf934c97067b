import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.ts';

/** Removed words are overwritten in the index at once and not when its parts happen to be merged (https://sqlite.org/fts5.html, 6.9). */
const SECURE_DELETE = sql`insert into draft_texts_fts (draft_texts_fts, rank) values ('secure-delete', 1)`;

/** What retention and erasures need: when and why a text was removed, and whose erasure is not at its end. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`alter table messages add column text_removed_at bigint`,
    sql`alter table messages add column text_removed_for text check (text_removed_for in ('retention','erasure'))`,
    sql`alter table messages add column reduced_at bigint`,
    sql`create table erasures (
      id text primary key, at bigint not null, actor text not null, reason text not null, value text not null,
      pending text not null, finished_at bigint)`,
    sql`create index erasures_pending on erasures (at) where finished_at is null`,
    ...(engineOf(db) === 'sqlite' ? [SECURE_DELETE] : []),
  ];
  for (const statement of statements) await statement.execute(db);
}
