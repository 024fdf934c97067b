import SQLite from 'better-sqlite3';
import {
  type CompiledQuery,
  HandleEmptyInListsPlugin,
  Kysely,
  type LogEvent,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
  SqliteDialect,
} from 'kysely';
import type { Database } from '../../src/store/database.ts';
import { bindKeys, keysOf } from '../../src/store/gate-keys.ts';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import { openPool } from '../../src/store/postgres/pool.ts';
import type { Schema } from '../../src/store/schema.ts';

/** One query, and its plan step by step. A step that reads all of a table says SCAN and the table's name. */
export interface Plan {
  sql: string;
  steps: string[];
}

/**
 * Everything that `work` asks of the database, with the plan it has for it. PostgreSQL is asked what it does where reading a whole
 * table is forbidden to it: with few rows it would, though there is an index.
 */
export async function plansOf(
  database: Database,
  work: (db: Kysely<Schema>) => Promise<unknown>,
): Promise<Plan[]> {
  const queries: CompiledQuery[] = [];
  const log = ({ query }: LogEvent): void => void queries.push(query);
  const db =
    database instanceof PostgresDatabase ? onPostgres(database.url, log) : await onSqlite(database, log);
  bindKeys(db, keysOf(database.db));
  try {
    await work(db);
    const asked = queries.splice(0).filter((query) => /^\s*(?:select|with|update|delete)/iu.test(query.sql));
    const plans: Plan[] = [];
    if (database.engine === 'postgres') await sql`set enable_seqscan = off`.execute(db);
    for (const query of asked) {
      const explain = database.engine === 'postgres' ? 'explain (costs off)' : 'explain query plan';
      const { rows } = await db.executeQuery<Record<string, string>>({
        ...query,
        sql: `${explain} ${query.sql}`,
      });
      const steps = rows.map((row) =>
        (row['detail'] ?? row['QUERY PLAN'] ?? '').replace(/Seq Scan on (\w+)/, 'SCAN $1'),
      );
      plans.push({ sql: query.sql, steps });
    }
    return plans;
  } finally {
    await db.destroy();
  }
}

async function onSqlite(database: Database, log: (event: LogEvent) => void): Promise<Kysely<Schema>> {
  const { rows } = await sql<{
    file: string;
  }>`select file from pragma_database_list where name = 'main'`.execute(database.db);
  return new Kysely({ dialect: new SqliteDialect({ database: new SQLite(rows[0]?.file ?? '') }), log });
}

function onPostgres(url: string, log: (event: LogEvent) => void): Kysely<Schema> {
  return new Kysely({
    dialect: new PostgresDialect({ pool: openPool(url, { size: 1 }) }),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
    log,
  });
}
