import { type Kysely, sql } from 'kysely';

/**
 * The audit log as a chain. Old entries are chained when the database is opened (store/audit-adopt-store.ts): that takes the gate's
 * secret, which a migration does not have.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const column of ['salt', 'digest', 'chain', 'redacted'])
    await sql`alter table audit add column ${sql.ref(column)} blob`.execute(db);
}
