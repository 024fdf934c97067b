import { type Kysely, sql } from 'kysely';

/** What is held in the order in which it expires, as in 0020, of one reason, of one engine and of both: not looked for in all of it. */
export async function up(db: Kysely<any>): Promise<void> {
  const held = sql`(case when state = 'held' then 1 end)`;
  const menus = {
    reason: sql`hold_reason`,
    engine: sql`engine_id`,
    both: sql`hold_reason, engine_id`,
  };
  for (const [menu, columns] of Object.entries(menus)) {
    await sql`create index ${sql.ref(`deliveries_held_by_${menu}_and_due`)}
      on deliveries (${held}, ${columns}, coalesce(expires_at, 9007199254740991), id) where ${held} = 1`.execute(
      db,
    );
  }
}
