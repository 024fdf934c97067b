import { type Kysely, sql } from 'kysely';

/** What reviewers note about deliveries: assignment, snooze, comments, what was opened, approvals, saved views. */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const delivery = sql`text not null references deliveries(id)`;
  const statements = [
    sql`create table review_states (
      delivery_id text primary key references deliveries(id), assigned_id text, assigned_name text,
      assigned_at bigint, snoozed_until bigint, snoozed_at bigint, snoozed_version integer)`,
    sql`create index review_states_by_person on review_states (assigned_id) where assigned_id is not null`,
    sql`create table review_comments (
      id ${serial}, delivery_id ${delivery}, at bigint not null, person_id text not null,
      person_name text not null, text text not null)`,
    sql`create index review_comments_by_delivery on review_comments (delivery_id)`,
    sql`create table review_opened (
      delivery_id ${delivery}, person_id text not null, body_revision integer not null, at bigint not null,
      primary key (delivery_id, person_id))`,
    sql`create table review_approvals (
      delivery_id ${delivery}, person_key text not null, person_id text not null, person_name text not null,
      version integer not null, at bigint not null, primary key (delivery_id, person_key))`,
    sql`create table review_views (
      id text primary key, owner_id text not null, name text not null, query text not null,
      shared integer not null, created_at bigint not null, updated_at bigint not null)`,
    // What was decided about mail stopped for the same reason, newest first.
    sql`create index deliveries_by_reason on deliveries (hold_reason, updated_at) where hold_reason is not null`,
  ];
  for (const statement of statements) await statement.execute(db);
}
