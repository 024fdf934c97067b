import { type Kysely, sql } from 'kysely';

/** The HubSpot sync: which record is which, how far it was read, its runs and what they found. */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const object = sql`object text not null check (object in ('companies','contacts'))`;
  const statements = [
    sql`create table hubspot_links (
      ${object}, hubspot_id text not null, record_id text not null, fields text not null, stops text not null,
      modified_at bigint not null, gone integer not null default 0, seen_in text, run_id text not null,
      primary key (object, hubspot_id))`,
    sql`create index hubspot_links_by_record on hubspot_links (object, record_id)`,
    sql`create index hubspot_links_by_run on hubspot_links (run_id)`,

    sql`create table hubspot_cursors (
      object text primary key check (object in ('companies','contacts')), since bigint, pass text,
      mapping text, archived_at bigint, updated_at bigint not null)`,

    sql`create table hubspot_runs (
      id text primary key, actor text not null, kind text not null check (kind in ('incremental','full')),
      dry_run integer not null,
      state text not null check (state in ('running','done','failed','stopped','interrupted')),
      started_at bigint not null, finished_at bigint, lease_until bigint not null,
      stop_asked integer not null default 0, phase text not null, done integer not null, total integer,
      counts text not null, requests integer not null, waited_ms bigint not null, trouble text,
      reverted_at bigint, reverted_by text)`,
    // Two syncs never run at once, whichever process starts them.
    sql`create unique index hubspot_runs_running on hubspot_runs (state) where state = 'running'`,
    sql`create index hubspot_runs_by_start on hubspot_runs (started_at)`,

    sql`create table hubspot_differences (
      id ${serial}, run_id text not null references hubspot_runs(id) on delete cascade, kind text not null,
      ${object}, hubspot_id text not null, record_id text, label text not null, field text, mine text,
      theirs text, winner text, note text)`,
    sql`create index hubspot_differences_by_run on hubspot_differences (run_id, kind, id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
