import { type Kysely, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';

type Reader = Kysely<Schema>;

/** SQLite's own checks of the file. @returns what is wrong, empty when nothing is */
export async function fileProblems(db: Reader, full: boolean): Promise<string[]> {
  const { rows } = await (full
    ? sql<Record<string, string>>`pragma integrity_check(20)`
    : sql<Record<string, string>>`pragma quick_check(20)`
  ).execute(db);
  return rows.map((row) => Object.values(row)[0] ?? '').filter((line) => line !== 'ok');
}

/** Rows that name another row which is not there. @returns tables, each once */
export async function orphanTables(db: Reader): Promise<string[]> {
  const { rows } = await sql<{ table: string }>`pragma foreign_key_check`.execute(db);
  return [...new Set(rows.map(({ table }) => table))];
}

export async function sqliteVersion(db: Reader): Promise<string> {
  const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db);
  return rows[0]?.version ?? '';
}

/** Names of the migrations that were made; empty for a file that is none of presend's. */
export async function madeMigrations(db: Reader): Promise<string[]> {
  const tables = await sql<{
    name: string;
  }>`select name from sqlite_master where name = 'kysely_migration'`.execute(db);
  if (tables.rows.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

/** Bytes of mail accepted on the busiest day since, and in all. */
export async function acceptedBytes(db: Reader, since: number): Promise<{ busiestDay: number; all: number }> {
  const days = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.sum<number>('size').as('bytes'))
    .where('received_at', '>=', since)
    .groupBy(sql`received_at / 86400000`)
    .execute();
  const { all } = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.sum<number | null>('size').as('all'))
    .executeTakeFirstOrThrow();
  return { busiestDay: Math.max(0, ...days.map(({ bytes }) => bytes)), all: all ?? 0 };
}
