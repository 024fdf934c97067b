import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { SqliteDatabase } from '../store/sqlite-database.ts';

export interface Column {
  name: string;
  /** What its values are, whatever the engine calls it. */
  kind: 'integer' | 'real' | 'text' | 'bytes';
}

/** A table as both engines have it. */
export interface Table {
  name: keyof Schema;
  /** In the order of their names; generated ones are left out. */
  columns: Column[];
  /** Columns of the primary key, in its order. */
  key: string[];
  /** The column that the engine counts up by itself; null = none. */
  counted: string | null;
}

/**
 * All tables that hold a gate's data, by name. Told by SQLite, whichever way is copied: the same migrations made both.
 *
 * @param db of a SQLite database that is up to date
 */
export async function tablesOf(db: Kysely<Schema>): Promise<Table[]> {
  const { rows } = await sql<{ name: string; sql: string }>`
    select t.name, s.sql from pragma_table_list t join sqlite_schema s on s.name = t.name and s.type = 'table'
    where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite@_%' escape '@' and t.name not like 'kysely@_%' escape '@'
    order by t.name`.execute(db);
  const tables: Table[] = [];
  for (const { name, sql: made } of rows) {
    const columns = await sql<{ name: string; type: string; pk: number; hidden: number }>`
      select name, type, pk, hidden from pragma_table_xinfo(${name}) order by name`.execute(db);
    const key = columns.rows.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    if (key.length === 0) throw new Error(`table ${name} has no key to be copied by`);
    tables.push({
      name: name as keyof Schema,
      columns: columns.rows
        .filter(({ hidden }) => hidden === 0)
        .map((column) => ({ name: column.name, kind: kindOf(column.type) })),
      key: key.map((column) => column.name),
      counted: /autoincrement/i.test(made) ? (key[0]?.name ?? null) : null,
    });
  }
  return tables;
}

function kindOf(type: string): Column['kind'] {
  const kind = KINDS[type.toLowerCase()];
  if (kind === undefined) throw new Error(`a column of type ${type} cannot be copied`);
  return kind;
}

const KINDS: Record<string, Column['kind']> = {
  integer: 'integer',
  bigint: 'integer',
  real: 'real',
  text: 'text',
  blob: 'bytes',
};

/** Names of the tables of a store of either engine. */
export async function tableNames(database: Database): Promise<string[]> {
  const sqlite = database.engine === 'sqlite' ? database : new SqliteDatabase(':memory:');
  try {
    if (sqlite !== database) await sqlite.migrate();
    return (await tablesOf(sqlite.db)).map(({ name }) => name);
  } finally {
    if (sqlite !== database) await sqlite.close();
  }
}
