import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { type Database } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import type { Schema } from '../../src/store/schema.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { type Copied, copyStore, type CopyOptions, type Store } from '../../src/store-copy/copy.ts';
import { PostgresServer } from '../support/postgres.ts';
import { fillAsOf } from '../store/migration-cases.ts';

export const NOW = Date.UTC(2026, 10, 27, 12);

const NEWEST = Object.keys(migrations).at(-1)!;

/** A data folder whose SQLite database has rows in every table. */
export async function folderWithAllKinds(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-copy-'));
  const raw = new SQLite(join(folder, 'presend.db'));
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) });
  await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  fillAsOf(raw, NEWEST);
  await db.destroy();
  const { database } = sqliteOf(folder);
  // Chains the entries that the rows brought along.
  await database.migrate();
  await database.close();
  return folder;
}

export function sqliteOf(folder: string): Store & { database: SqliteDatabase } {
  return { database: new SqliteDatabase(join(folder, 'presend.db')), name: join(folder, 'presend.db') };
}

/** As `presend store copy` opens it. */
export function postgresAt(url: string, folder: string): Store & { database: PostgresDatabase } {
  return { database: new PostgresDatabase(url, folder, { single: true }), name: url };
}

/** Opens two stores, copies one to the other, closes them. */
export async function copied(
  source: Store,
  target: Store,
  options: Partial<CopyOptions> = {},
): Promise<Copied> {
  try {
    await target.database.migrate();
    return await copyStore({
      source,
      target,
      gate: 'gate-1',
      ahead: false,
      actor: 'test',
      now: () => NOW,
      ...options,
    });
  } finally {
    await source.database.close();
    await target.database.close();
  }
}

/** Runs work on a store and closes it. */
export async function on<T>(store: Store, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await work(store.database);
  } finally {
    await store.database.close();
  }
}

/** A server whose `newStore` gives empty databases that are up to date: copying one is faster than migrating each. */
export async function startServer(): Promise<{ server: PostgresServer; newStore: () => Promise<string> }> {
  const server = await PostgresServer.start();
  const template = await server.database();
  await on(postgresAt(template, mkdtempSync(join(tmpdir(), 'presend-copy-'))), (database) =>
    database.migrate(),
  );
  return { server, newStore: () => server.database(new URL(template).pathname.slice(1)) };
}
