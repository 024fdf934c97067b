import { type Kysely, sql } from 'kysely';

/**
 * What is held in the order in which it expires, what does not last: a page in that order, and a search through it, read no more
 * than they show. The condition is its first column for the reason that 0018 gives.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const held = sql`(case when state = 'held' then 1 end)`;
  await sql`create index deliveries_held_by_due on deliveries (${held}, coalesce(expires_at, 9007199254740991), id)
    where ${held} = 1`.execute(db);
}
