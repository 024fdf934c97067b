import type { CompiledQuery, Insertable } from 'kysely';
import type { Trx } from './database.ts';
import type { Schema } from './schema.ts';

/** Compiled inserts by table, columns and number of rows. */
const compiled = new Map<string, CompiledQuery>();
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
  const key = `${table} ${rows.length} ${columns.join()}`;
  let query = compiled.get(key);
  if (!query) {
    query = trx
      .insertInto(table)
      .values([...rows])
      .compile();
    // Kysely writes some values into the text; such a statement cannot be used for other rows.
    const reusable = query.parameters.length === parameters.length;
    if (!reusable) return void (await trx.executeQuery(query));
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, query);
  }
  await trx.executeQuery({ ...query, parameters });
}
