import { type Kysely, sql } from 'kysely';

/** From where each engine logged in lately: guesses at its password by others do not keep it out there. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create table engine_networks (
      engine_id text not null references engines (id) on delete cascade,
      network_hash text not null, last_login_at integer not null,
      primary key (engine_id, network_hash)
    )`.execute(db);
}
