import { type Kysely, sql } from 'kysely';

/**
 * What searching and insight need. The full-text index is SQLite's own (FTS5, https://sqlite.org/fts5.html), without a copy of
 * the text and kept by a trigger; PostgreSQL will need a tsvector column with a GIN index in its place.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table draft_texts (
      id integer primary key autoincrement, message_id text not null references messages(id), revision integer not null,
      subject text not null, body text not null, headers text not null, addresses text not null,
      text_key text, template_key text, unique (message_id, revision))`,
    sql`create index draft_texts_by_text on draft_texts (text_key) where text_key is not null`,
    sql`create index draft_texts_by_template on draft_texts (template_key) where template_key is not null`,
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
  for (const statement of statements) await statement.execute(db);
}
