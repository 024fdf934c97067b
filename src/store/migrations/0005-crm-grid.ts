import { type Kysely, sql } from 'kysely';

/** What the CRM grid sorts 100,000 records by, in the order it asks for: the column, then the id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create index prospects_in_name_order on prospects (lower(name), id)`,
    sql`create index prospects_in_title_order on prospects (lower(title), id)`,
    sql`create index prospects_in_age_order on prospects (updated_at, id)`,
    sql`create index companies_in_name_order on companies (name_key, id)`,
    sql`create index companies_in_age_order on companies (updated_at, id)`,
    sql`create index suppressions_in_order on suppressions (value, id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
