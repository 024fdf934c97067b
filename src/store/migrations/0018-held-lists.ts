import { type Kysely, sql } from 'kysely';

/**
 * What is held by reason, by engine and by both, in the order of lists, and what is snoozed: the first page of a list, and
 * a choice of its menus that finds little, read no more than they show. The condition is the indexes' first column, as in
 * `deliveries_due`: otherwise SQLite takes the index by state and looks up all that is held.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const held = sql`(case when state = 'held' then 1 end)`;
  await sql`create index deliveries_held_by_reason on deliveries (${held}, hold_reason, created_at, id)
    where ${held} = 1`.execute(db);
  await sql`create index deliveries_held_by_engine on deliveries (${held}, engine_id, created_at, id)
    where ${held} = 1`.execute(db);
  await sql`create index deliveries_held_by_both on deliveries (${held}, hold_reason, engine_id, created_at, id)
    where ${held} = 1`.execute(db);
  await sql`create index review_states_snoozed on review_states (snoozed_until)
    where snoozed_until is not null`.execute(db);
}
