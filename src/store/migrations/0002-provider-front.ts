import { type Kysely, sql } from 'kysely';

/** HTTP intake, upstreams by HTTP API, events in and out, replies. */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const statements = [
    sql`create table api_keys (
      id text primary key, engine_id text not null references engines(id),
      kind text not null check (kind in ('bearer','sigv4')), key_hash text unique, hint text not null,
      created_at bigint not null, revoked_at bigint)`,
    sql`create index api_keys_by_engine on api_keys (engine_id)`,

    sql`create table provider_requests (
      message_id text primary key references messages(id), provider text not null, path text not null,
      content_type text not null, body blob not null, trouble text)`,

    sql`create table idempotency_keys (
      engine_id text not null, key text not null, request_hash text not null, message_ids text not null,
      created_at bigint not null, primary key (engine_id, key))`,
    sql`create index idempotency_keys_by_age on idempotency_keys (created_at)`,

    sql`alter table attempts add column idempotency_key text`,
    sql`alter table attempts add column idempotent_until bigint`,
    sql`alter table attempts add column upstream_id text`,
    sql`create index attempts_by_upstream_id on attempts (upstream_id) where upstream_id is not null`,

    sql`alter table engines add column webhook_url text`,
    sql`alter table engines add column webhook_secret_version integer not null default 1`,

    sql`create table events (
      id text primary key, engine_id text not null references engines(id), delivery_id text, type text not null,
      content_type text not null, body text not null, created_at bigint not null,
      state text not null check (state in ('pending','delivered','given_up')), attempts integer not null,
      next_attempt_at bigint, finished_at bigint, lease_until bigint)`,
    sql`create index events_pending on events (next_attempt_at) where state = 'pending'`,
    sql`create index events_by_delivery on events (delivery_id, id)`,
    sql`create index events_by_engine on events (engine_id, id)`,
    sql`create table event_attempts (
      id ${serial}, event_id text not null references events(id), at bigint not null, status integer,
      error text, duration_ms integer not null)`,
    sql`create index event_attempts_by_event on event_attempts (event_id)`,

    sql`create table provider_events (
      provider text not null, event_id text not null, received_at bigint not null, kind text not null,
      address text, delivery_id text, effect text, primary key (provider, event_id))`,
    sql`create index provider_events_by_age on provider_events (received_at)`,

    sql`create table write_backs (
      id ${serial}, target text not null, kind text not null, value text not null, reason text,
      created_at bigint not null, state text not null check (state in ('pending','done','failed')),
      attempts integer not null, next_attempt_at bigint, finished_at bigint, error text,
      unique (target, kind, value))`,
    sql`create index write_backs_pending on write_backs (next_attempt_at) where state = 'pending'`,

    sql`create table mailbox_cursors (
      mailbox text primary key, uid_validity text not null, last_uid bigint not null, updated_at bigint not null)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
