import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.ts';

const INDEX_IN_SQLITE = [
  sql`create virtual table draft_texts_fts using fts5 (
      subject, body, headers, addresses,
      content='draft_texts', content_rowid='id', columnsize=0, tokenize='unicode61 remove_diacritics 2')`,
  sql`create trigger draft_texts_indexed after insert on draft_texts begin
      insert into draft_texts_fts (rowid, subject, body, headers, addresses)
        values (new.id, new.subject, new.body, new.headers, new.addresses);
    end`,
  sql`create trigger draft_texts_forgotten after delete on draft_texts begin
      insert into draft_texts_fts (draft_texts_fts, rowid, subject, body, headers, addresses)
        values ('delete', old.id, old.subject, old.body, old.headers, old.addresses);
    end`,
];

const INDEX_IN_POSTGRES = [
  sql`alter table draft_texts add column words tsvector not null`,
  sql`create index draft_texts_words on draft_texts using gin (words)`,
];

/**
 * What searching and insight need. The full-text index is each engine's own: SQLite's FTS5 (https://sqlite.org/fts5.html), without a
 * copy of the text and kept by triggers; in PostgreSQL a tsvector that is written with the text (insight/search-words.ts).
 */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table draft_texts (
      id integer primary key autoincrement, message_id text not null references messages(id), revision integer not null,
      subject text not null, body text not null, headers text not null, addresses text not null,
      text_key text, template_key text, unique (message_id, revision))`,
    sql`create index draft_texts_by_text on draft_texts (text_key) where text_key is not null`,
    sql`create index draft_texts_by_template on draft_texts (template_key) where template_key is not null`,
    ...(engineOf(db) === 'postgres' ? INDEX_IN_POSTGRES : INDEX_IN_SQLITE),

    // What grows at its end costs the mail little; older hours are added up once (insight/hours-store.ts).
    sql`create index verdicts_by_time on verdicts (created_at)`,
    sql`create index attempts_by_end on attempts (finished_at) where finished_at is not null`,
    sql`create index labels_by_time on labels (at)`,
    sql`create index provider_events_by_delivery on provider_events (delivery_id) where delivery_id is not null`,
    sql`create index events_given_up on events (finished_at) where state = 'given_up'`,
    sql`create index attempts_failed on attempts (upstream, id) where outcome in ('temporary','permanent','lost')`,
    sql`create index audit_acts on audit (at, actor, action)
      where action in ('release','reject','escalate','close','undo')`,
    sql`create table insight_hours (
      hour bigint not null, engine_id text not null, kind text not null, name text not null, count bigint not null,
      primary key (hour, engine_id, kind, name)) without rowid`,
  ];
  for (const statement of statements) await statement.execute(db);
}
