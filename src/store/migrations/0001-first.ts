import { type Kysely, sql } from 'kysely';

/**
 * The first schema. Written against a connection of unknown schema on purpose: a migration must keep
 * working when `schema.ts` has moved on.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const statements = [
    sql`create table engines (
      id text primary key, name text not null unique, secret_hash text, sender_domains text not null,
      upstreams text not null, mode text not null check (mode in ('observe','enforce','stopped')),
      trusted_headers integer not null, answer text, decisions text, loopback_without_auth integer not null,
      created_at bigint not null, updated_at bigint not null)`,

    sql`create table messages (
      id text primary key, engine_id text not null references engines(id), envelope_from text not null,
      params text not null, message_id text, subject text, size integer not null, received_at bigint not null,
      origin text not null, dedupe_key text, scheduled_at bigint, judged_at bigint, answered_early integer not null,
      lease_until bigint, lease_token integer not null, judge_attempts integer not null,
      in_adapter_line integer not null default 0, adapter_failures integer not null default 0)`,
    // Two lines: mail that waits for the adapter must cost the other mail nothing.
    sql`create index messages_unjudged on messages (received_at)
      where judged_at is null and in_adapter_line = 0`,
    sql`create index messages_in_adapter_line on messages (adapter_failures, received_at, engine_id, lease_until)
      where judged_at is null and in_adapter_line = 1`,
    sql`create index messages_by_message_id on messages (message_id) where message_id is not null`,

    sql`create table bodies (
      message_id text not null references messages(id), revision integer not null, raw blob not null,
      created_at bigint not null, actor text not null, primary key (message_id, revision))`,

    sql`create table deliveries (
      id text primary key, message_id text not null references messages(id), engine_id text not null,
      recipient text not null, address_key text not null, dsn_notify text, dsn_orcpt text,
      stops_others integer generated always as (state in ('held','escalating','escalated')
        or coalesce(returns_to, '') = 'escalating') stored,
      internal integer not null, kind text not null, about text, prospect_id text, state text not null, returns_to text, decision text,
      hold_reason text, held_behind text, note text, body_revision integer not null, attempts integer not null,
      next_attempt_at bigint, undo_until bigint, expires_at bigint, reminded_at bigint, lease_until bigint,
      lease_token integer not null, released_by text, judged_at bigint, judged_revision bigint not null, created_at bigint not null,
      updated_at bigint not null)`,
    sql`create index deliveries_by_message on deliveries (message_id)`,
    sql`create index deliveries_due on deliveries (next_attempt_at)
      where state in ('relaying','escalating','deferred','scheduled')`,
    sql`create index deliveries_by_state on deliveries (state, created_at)`,
    sql`create index deliveries_stopping on deliveries (prospect_id, created_at)
      where stops_others = 1`,
    sql`create index deliveries_stopping_address on deliveries (address_key, created_at)
      where stops_others = 1`,
    sql`create index deliveries_expiring on deliveries (expires_at) where state = 'held'`,

    sql`create table attempts (
      id ${serial}, delivery_id text not null references deliveries(id),
      kind text not null, upstream text not null, started_at bigint not null, handover_at bigint,
      finished_at bigint, outcome text, response text)`,
    sql`create index attempts_by_delivery on attempts (delivery_id)`,

    sql`create table verdicts (
      id ${serial}, delivery_id text not null references deliveries(id), created_at bigint not null,
      decision text, hold_reason text, rationale text not null, findings text not null, notices text not null,
      prospect text, rubric_version text not null, adapter_version text, adapter text, latency_ms real not null)`,
    sql`create index verdicts_by_delivery on verdicts (delivery_id)`,

    sql`create table audit (
      id ${serial}, at bigint not null, actor text not null, subject_type text not null,
      subject_id text not null, action text not null, detail text not null)`,
    sql`create index audit_by_subject on audit (subject_id)`,

    sql`create table labels (
      id ${serial}, delivery_id text not null references deliveries(id), at bigint not null,
      actor text not null, "right" text not null, act text not null)`,
    sql`create index labels_by_delivery on labels (delivery_id)`,

    sql`create table companies (
      id text primary key, name text not null, name_key text not null, domain text, headcount integer,
      funding_stage text,
      funding_amount_usd bigint, funding_confidence text, disqualifiers text not null, industry text,
      city text, country text, regulated text, account_owner text, created_at bigint not null,
      updated_at bigint not null)`,
    sql`create index companies_by_domain on companies (domain)`,
    sql`create index companies_by_name on companies (name_key)`,

    sql`create table prospects (
      id text primary key, company_id text references companies(id), address text not null,
      address_key text not null unique, name text, recipient_role text, title text,
      disqualifiers text not null, opt_out_channels text not null, thread_id text, account_owner text,
      regulated text, available_signals text not null, taken_over_by text, created_at bigint not null,
      updated_at bigint not null)`,
    sql`create index prospects_by_company on prospects (company_id)`,

    sql`create table suppressions (
      id ${serial}, kind text not null check (kind in ('address','domain')), value text not null,
      channel text not null, reason text, source text not null, created_at bigint not null,
      unique (kind, value, channel))`,

    sql`create table commitments (
      id ${serial}, prospect_id text references prospects(id), subject text not null, starts text, ends text,
      type text not null, note text)`,
    sql`create index commitments_by_prospect on commitments (prospect_id)`,

    sql`create table peers (
      id ${serial}, name text not null, name_key text not null, city text, industry text,
      city_key text, industry_key text)`,
    sql`create index peers_by_name on peers (name_key)`,
    sql`create index peers_by_city on peers (city_key, industry_key)`,
    sql`create index peers_by_industry on peers (industry_key)`,
    sql`create table peer_uses (
      name_key text not null, prospect_id text not null, at bigint not null,
      primary key (name_key, prospect_id))`,

    sql`create table threads (
      id text primary key, company_id text, prospect_id text, subject text, open integer not null,
      updated_at bigint not null)`,
    sql`create index threads_by_prospect on threads (prospect_id, open, updated_at)`,
    sql`create index threads_by_company on threads (company_id)`,
    sql`create table thread_messages (
      id ${serial}, thread_id text not null references threads(id), company_id text, prospect_id text,
      message_id text, direction text not null, person text, role text, at bigint not null, text text not null,
      fingerprint_count integer not null)`,
    sql`create index thread_messages_by_thread on thread_messages (thread_id, at)`,
    sql`create index thread_messages_by_company on thread_messages (company_id, at)`,
    sql`create index thread_messages_by_prospect on thread_messages (prospect_id, direction, at)`,
    sql`create index thread_messages_by_message_id on thread_messages (message_id) where message_id is not null`,
    sql`create table fingerprints (
      hash bigint not null, thread_message_id bigint not null, primary key (hash, thread_message_id)) without rowid`,

    sql`create table revisions (
      id ${serial}, at bigint not null, actor text not null, table_name text not null, record_id text not null,
      "before" text, "after" text, reverts bigint, import_id text)`,
    sql`create index revisions_by_record on revisions (table_name, record_id)`,
    sql`create index revisions_by_import on revisions (import_id) where import_id is not null`,

    sql`create table mailbox_days (
      mailbox text not null, day text not null, sent integer not null, primary key (mailbox, day))`,
    sql`create table settings (key text primary key, value text not null)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
