import { type Kysely, sql } from 'kysely';

/**
 * Deliveries whose attempt is due, in the order they are claimed. The condition is the index's first column, though all have the same
 * there: otherwise SQLite takes the index by state, looks up every one that waits and sorts them, at each claim.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`drop index deliveries_due`.execute(db);
  await sql`create index deliveries_due on deliveries
    ((case when state in ('relaying','escalating','deferred','scheduled') then 1 end), next_attempt_at)
    where (case when state in ('relaying','escalating','deferred','scheduled') then 1 end) = 1`.execute(db);
}
