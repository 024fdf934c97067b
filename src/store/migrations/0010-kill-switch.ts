import { type Kysely, sql } from 'kysely';

/** What the kill switch's monitors remember: calls, states, reports, spot checks, canary runs. */
export async function up(db: Kysely<any>): Promise<void> {
  const serial = sql`integer primary key autoincrement`;
  const delivery = sql`text not null references deliveries(id)`;
  const statements = [
    sql`create table adapter_calls (
      id ${serial}, at bigint not null, adapter_version text not null,
      result text not null check (result in ('ok','malformed','failed','load_failed')), latency_ms real)`,
    sql`create index adapter_calls_by_version on adapter_calls (adapter_version, id)`,
    sql`create table adapter_versions (version text primary key, since bigint not null)`,
    sql`create table monitor_states (
      monitor text primary key, state text not null check (state in ('ok','not_enough','warn','over')),
      value real, says text not null, since bigint not null, at bigint not null)`,
    sql`create table brand_damage_reports (
      id ${serial}, at bigint not null, actor text not null, delivery_id ${delivery}, rule text,
      what_happened text not null)`,
    sql`create index brand_damage_reports_by_delivery on brand_damage_reports (delivery_id)`,
    sql`create table spot_checks (
      id ${serial}, drawn_at bigint not null, actor text not null, since bigint not null, until bigint not null,
      population integer not null, seed bigint not null)`,
    sql`create table spot_check_items (
      id ${serial}, check_id integer not null references spot_checks(id), delivery_id ${delivery},
      verdict_id bigint not null, decision text not null, rule text, adapter_version text, judged_at bigint not null)`,
    sql`create index spot_check_items_by_check on spot_check_items (check_id)`,
    sql`create unique index spot_check_items_by_verdict on spot_check_items (verdict_id)`,
    sql`create table spot_check_answers (
      item_id integer not null references spot_check_items(id), person_key text not null, person_name text not null,
      at bigint not null, decision text not null, rule text, note text, primary key (item_id, person_key))`,
    sql`create table canary_runs (
      id ${serial}, started_at bigint not null, ended_at bigint, adapter_version text not null,
      rubric_version text not null, cases_version text not null, extent text not null check (extent in ('some','all')),
      trigger text not null check (trigger in ('start','model','rubric','daily','asked')),
      state text not null check (state in ('running','passed','fell','broken','cancelled')), results text, says text)`,
    sql`create index canary_runs_by_version on canary_runs (adapter_version, id)`,
    // The newest verdicts that an adapter had a part in, for the false-positive window.
    sql`create index verdicts_by_adapter on verdicts (adapter_version, id) where adapter is not null`,
  ];
  for (const statement of statements) await statement.execute(db);
}
