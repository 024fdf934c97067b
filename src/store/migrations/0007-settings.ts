import { type Kysely, sql } from 'kysely';

/** Versions of the rubric, the kill switch, and the way to an upstream's last attempts. */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const statements = [
    sql`create table rubric_versions (
      id ${serial}, version text not null, text text not null, at bigint not null, actor text not null,
      action text not null check (action in ('saved','reverted','configured','found')),
      origin text not null check (origin in ('data','configured')), reverts bigint, why text)`,
    sql`create index rubric_versions_by_version on rubric_versions (version)`,
    sql`create table kill_switch (
      id ${serial}, at bigint not null, actor text not null,
      mode text not null check (mode in ('active','shadow','off')), reason text not null, condition text)`,
    sql`create index attempts_by_upstream on attempts (upstream, outcome, id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
