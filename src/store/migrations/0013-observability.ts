import { type Kysely, sql } from 'kysely';

/**
 * What is held, by reason, counted at every scrape: an index of the holds alone, not of all that ever had a reason. With the state as
 * its first column, though all have the same: otherwise SQLite takes the index by state and looks up each row.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create index deliveries_held on deliveries (state, hold_reason) where state = 'held'`.execute(db);
}
