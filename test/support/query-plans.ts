import SQLite from 'better-sqlite3';
import { type CompiledQuery, Kysely, sql, SqliteDialect } from 'kysely';
import type { Database } from '../../src/store/database.ts';
import { bindKeys, keysOf } from '../../src/store/gate-keys.ts';
import type { Schema } from '../../src/store/schema.ts';

/** Everything that `work` asks of the database, with the plan SQLite has for it. */
export async function plansOf(database: Database, work: (db: Kysely<Schema>) => Promise<unknown>) {
  const path = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(
    database.db,
  );
  const queries: CompiledQuery[] = [];
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: new SQLite(path.rows[0]?.file ?? '') }),
    log: (event) => {
      queries.push(event.query);
    },
  });
  bindKeys(db, keysOf(database.db));
  try {
    await work(db);
    const asked = queries.splice(0).filter((query) => /^\s*(?:select|with|update|delete)/iu.test(query.sql));
    return await Promise.all(
      asked.map(async (query) => {
        const explained = await db.executeQuery<{ detail: string }>({
          ...query,
          sql: `explain query plan ${query.sql}`,
        });
        return { sql: query.sql, steps: explained.rows.map((row) => row.detail) };
      }),
    );
  } finally {
    await db.destroy();
  }
}
