import { CompiledQuery, type Insertable } from 'kysely';
import type { Trx } from './database.ts';
import { engineOf } from './engine.ts';
import type { Schema } from './schema.ts';

/** The text of inserts by engine, table, columns and number of rows. Not Kysely's query: that holds its first rows, whole mails among them. */
const compiled = new Map<string, string>();
const MAX_COMPILED = 500;

/**
 * Inserts rows that all have the same columns, in one statement. The statement is compiled once for each number of rows: on the
 * path every mail takes, compiling costs more than the insert.
 */
export async function bulkInsert<T extends keyof Schema>(
  trx: Trx,
  table: T,
  rows: readonly Insertable<Schema[T]>[],
): Promise<void> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first);
  const parameters = rows.flatMap((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  const key = `${engineOf(trx)} ${table} ${rows.length} ${columns.join()}`;
  let text = compiled.get(key);
  if (text === undefined) {
    const query = trx
      .insertInto(table)
      .values([...rows])
      .compile();
    // Kysely writes some values into the text; such a statement cannot be used for other rows.
    const reusable = query.parameters.length === parameters.length;
    if (!reusable) return void (await trx.executeQuery(query));
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    text = query.sql;
    compiled.set(key, text);
  }
  await trx.executeQuery(CompiledQuery.raw(text, parameters));
}
