import type SQLite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Different statements kept; the gate itself uses fewer, lists of varying length make more. */
const MAX_STATEMENTS = 500;

/**
 * The database as Kysely's dialect sees it, with prepared statements kept: Kysely prepares anew for every query, which costs
 * more than many of the queries and leaves garbage whose collection shows in the p99.
 */
export function withStatementCache(database: SQLite.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known) {
        // Moved to the end: the least recently used one is dropped first.
        statements.delete(sql);
        statements.set(sql, known);
        return known;
      }
      const prepared = database.prepare(sql);
      const statement: SqliteStatement = {
        reader: prepared.reader,
        all: (parameters) => prepared.all(...parameters),
        run: (parameters) => prepared.run(...parameters),
        // A statement that is being stepped through cannot be used a second time meanwhile.
        iterate: (parameters) => database.prepare(sql).iterate(...parameters),
      };
      statements.set(sql, statement);
      if (statements.size > MAX_STATEMENTS) statements.delete(statements.keys().next().value!);
      return statement;
    },
  };
}
