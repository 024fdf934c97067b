import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.ts';

/**
 * PostgreSQL's own indexes where SQLite's do not fit it. It takes no more than 2,704 bytes into an entry of a sorted one: what is
 * only asked for as a whole is found by its hash, and what is sorted is by its beginning. And it has what is empty last.
 */
export async function up(db: Kysely<any>): Promise<void> {
  if (engineOf(db) === 'sqlite') return;
  for (const field of ['name', 'title']) {
    const index = sql.ref(`prospects_in_${field}_order`);
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on prospects (left(lower(${sql.ref(field)}), 200) nulls first, id)`.execute(
      db,
    );
  }
  await sql`drop index companies_in_name_order`.execute(db);
  await sql`create index companies_in_name_order on companies (left(name_key, 200), id)`.execute(db);
  for (const table of ['companies', 'peers']) {
    const index = sql.ref(`${table}_by_name`);
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on ${sql.table(table)} using hash (name_key)`.execute(db);
  }
  for (const field of ['city', 'industry']) {
    const index = sql.ref(`peers_by_${field}`);
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on peers using hash (${sql.ref(`${field}_key`)})`.execute(db);
  }
  for (const table of ['messages', 'thread_messages']) {
    const index = sql.ref(`${table}_by_message_id`);
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on ${sql.table(table)} using hash (message_id) where message_id is not null`.execute(
      db,
    );
  }
}
