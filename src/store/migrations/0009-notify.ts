import { type Kysely, sql } from 'kysely';

/** Notifications and the one use of signed links. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table notify_occurrences (
      id integer primary key autoincrement, key text not null unique, topic text not null, delivery_id text,
      at bigint not null, note text)`,
    sql`create index notify_occurrences_by_topic on notify_occurrences (topic, at)`,
    sql`create table notify_channels (
      channel text primary key, told_id bigint not null, last_at bigint, digest_day text not null)`,
    sql`create table notifications (
      id text primary key, channel text not null, kind text not null, content text not null,
      created_at bigint not null, state text not null check (state in ('queued','pending','sent','given_up')),
      attempts integer not null, unanswered integer not null, next_attempt_at bigint, lease_until bigint,
      error text, finished_at bigint)`,
    sql`create index notifications_pending on notifications (next_attempt_at) where state = 'pending'`,
    sql`create index notifications_by_channel on notifications (channel, id)`,
    sql`create table notify_preferences (
      user_id text primary key references users(id) on delete cascade, preferences text not null, updated_at bigint not null)`,
    sql`create table link_uses (
      token text primary key, delivery_id text not null, act text not null, person text not null,
      used_at bigint not null, expires_at bigint not null)`,
    // Nobody is told of what happened before there was anybody to tell.
    sql`insert into settings (key, value)
      select 'notify_audit_id', cast(coalesce(max(id), 0) as text) from audit`,
  ];
  for (const statement of statements) await statement.execute(db);
}
