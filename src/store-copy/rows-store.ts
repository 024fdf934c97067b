import { type Kysely, type RawBuilder, sql } from 'kysely';
import { tsvector } from '../insight/search-words.ts';
import { bulkInsert } from '../store/bulk-insert.ts';
import type { Trx } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import { ABOUT_THE_STORE } from '../store/moved-store.ts';
import type { Schema } from '../store/schema.ts';
import { type Key, keyOf, type Row } from './row-form.ts';
import type { Table } from './tables-store.ts';

type Db = Kysely<Schema>;

/** Most rows and, where one row alone does not have more, bytes that are held in memory and committed at once. */
const ROWS = 2_000;
const BYTES = 8_000_000;

/** Rows in one statement: powers of two, so that few statements are compiled for each table. */
const AT_ONCE = 64;

/** Rows of which table, after which key (null = from the first) and up to which (null = to the last). */
interface Range {
  after: Key | null;
  to: Key | null;
}

/**
 * The next rows in the order of the key, so many as are handled at once.
 *
 * @returns the last one's key; null = there are none
 */
export async function nextEnd(db: Db, table: Table, after: Key | null): Promise<Key | null> {
  const lengths = table.columns
    .filter(({ kind }) => kind === 'text' || kind === 'bytes')
    .map(({ name }) => sql`coalesce(octet_length(${sql.ref(name)}), 0)`);
  const bytes = lengths.length === 0 ? sql`0` : sql.join(lengths, sql` + `);
  const { rows } = await sql<Row & { bytes_of_row: number }>`
    select ${keyColumns(table)}, ${bytes} as bytes_of_row from ${sql.table(table.name)}
    where ${within(table, { after, to: null })} order by ${keyColumns(table)} limit ${ROWS}`.execute(db);
  let sum = 0;
  let end: Row | null = null;
  for (const row of rows) {
    sum += row.bytes_of_row;
    if (end !== null && sum > BYTES) break;
    end = row;
  }
  return end === null ? null : keyOf(table, end);
}

/** @returns rows in the order of the key, without generated columns */
export async function readRows(db: Db, table: Table, range: Range): Promise<Row[]> {
  const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  const { rows } = await sql<Row>`
    select ${columns} from ${sql.table(table.name)} where ${within(table, range)} order by ${keyColumns(table)}`.execute(
    db,
  );
  return rows;
}

/** @returns the keys of rows, as rows with these columns alone */
export async function readKeys(db: Db, table: Table, range: Range): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${keyColumns(table)} from ${sql.table(table.name)} where ${within(table, range)}`.execute(db);
  return rows;
}

export async function countRows(
  db: Db,
  table: Table,
  range: Range = { after: null, to: null },
): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from ${sql.table(table.name)} where ${within(table, range)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Inserts rows as they are, ids and all. What an engine keeps beside them for searching is made anew. */
export async function insertRows(trx: Trx, table: Table, rows: readonly Row[]): Promise<void> {
  const words = table.name === 'draft_texts' && engineOf(trx) === 'postgres';
  let from = 0;
  for (let size = AT_ONCE; from < rows.length; ) {
    if (size > rows.length - from) {
      size /= 2;
      continue;
    }
    const chunk = rows.slice(from, from + size);
    // The columns are the schema's own; only their types are lost on the way.
    await bulkInsert(trx, table.name, (words ? chunk.map(withWords) : chunk) as never);
    from += size;
  }
}

const withWords = (row: Row): Row => ({
  ...row,
  words: tsvector(['subject', 'body', 'headers', 'addresses'].map((name) => String(row[name]))),
});

export async function deleteRows(trx: Trx, table: Table, keys: readonly Key[]): Promise<void> {
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    const each = keys.slice(i, i + AT_ONCE).map(
      (key) =>
        sql`(${sql.join(
          table.key.map((name, at) => sql`${sql.ref(name)} = ${key[at]}`),
          sql` and `,
        )})`,
    );
    await sql`delete from ${sql.table(table.name)} where ${sql.join(each, sql` or `)}`.execute(trx);
  }
}

const keyColumns = (table: Table): RawBuilder<unknown> => sql.join(table.key.map((name) => sql.ref(name)));

function within(table: Table, { after, to }: Range): RawBuilder<unknown> {
  const columns = sql`(${keyColumns(table)})`;
  return sql.join(
    [
      table.name === 'settings' ? sql`key not in (${sql.join([...ABOUT_THE_STORE])})` : sql`1 = 1`,
      ...(after === null ? [] : [sql`${columns} > (${sql.join(after)})`]),
      ...(to === null ? [] : [sql`${columns} <= (${sql.join(to)})`]),
    ],
    sql` and `,
  );
}
