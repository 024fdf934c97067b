import type SQLite from 'better-sqlite3';
import { type Kysely, type Migration, Migrator } from 'kysely';
import { UserError } from '../config/user-error.ts';
import { presendVersion } from '../config/version.ts';
import { failPoint } from '../observability/fail-point.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

/** How long a migration waits for another process that writes. */
const LOCK_WAIT_MS = 5_000;

/** Setting that says which presend brought the schema to where it is, for one that is too old for it. */
export const MADE_BY = 'schema_made_by';

/** Where a database stands: names of migrations, in order. */
export interface SchemaState {
  applied: string[];
  /** Known here and not applied yet. */
  pending: string[];
  /** Applied by a newer presend. */
  unknown: string[];
}

/** Reads where a database stands; changes nothing. An empty file has nothing applied. */
export function schemaState(raw: SQLite.Database, all: Record<string, Migration> = migrations): SchemaState {
  const exists = raw.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  const applied = exists
    ? raw.prepare<[], string>('select name from kysely_migration order by name').pluck().all()
    : [];
  return stateOf(applied, all);
}

/** @param applied names of the migrations in the database, in order */
export function stateOf(applied: string[], all: Record<string, Migration> = migrations): SchemaState {
  const known = Object.keys(all).toSorted();
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** @throws UserError that names the version a database needs, when it is newer than this presend */
export function refuseNewer(raw: SQLite.Database, state: SchemaState): void {
  if (state.unknown.length === 0) return;
  const madeBy = raw.prepare('select value from settings where key = ?').pluck().get(MADE_BY);
  throw newerSchema(raw.name, state, typeof madeBy === 'string' ? madeBy : null);
}

/** @param madeBy version of the presend that brought it up to date, null = unknown */
export function newerSchema(name: string, { unknown }: SchemaState, madeBy: string | null): UserError {
  const newer = madeBy === null ? 'a newer presend' : `presend ${madeBy}`;
  return new UserError(
    `the database ${name} was brought up to date by ${newer} (${unknown.join(', ')}), which this one, ${presendVersion()}, does not know. Nothing was changed. Go on with that version or a newer one; or go back to the backup that was made before the update: presend restore FOLDER --force (docs/OPERATING.md, "Updating and going back")`,
  );
}

/**
 * Brings the schema up to date: all migrations in one transaction, so that one that fails, or a crash, leaves the database as it
 * was. (Kysely runs them without one on SQLite, although SQLite's DDL is transactional.) Nothing is locked when nothing is to be done.
 *
 * @returns the migrations that were applied
 * @throws UserError when the database is newer than this presend
 * @throws Error naming the migration that failed
 */
export async function migrateDatabase(
  raw: SQLite.Database,
  db: Kysely<Schema>,
  all: Record<string, Migration> = migrations,
): Promise<string[]> {
  const before = schemaState(raw, all);
  refuseNewer(raw, before);
  if (before.pending.length === 0) return [];
  const waited = raw.pragma('busy_timeout', { simple: true }) as number;
  raw.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
  try {
    // Before anything is read: of two processes that start at once the second waits, and then finds nothing to do.
    raw.exec('begin immediate');
    const { error, results } = await new Migrator({
      db,
      provider: { getMigrations: async () => interruptible(all) },
    }).migrateToLatest();
    if (error) {
      const failed = results?.find((one) => one.status === 'Error')?.migrationName ?? 'unknown';
      const why = error instanceof Error ? error.message : JSON.stringify(error);
      throw new Error(
        `database migration ${failed} failed: ${why}. The database is as it was before; go on with the presend it had`,
        { cause: error },
      );
    }
    raw
      .prepare(
        'insert into settings (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
      )
      .run(MADE_BY, presendVersion());
    raw.exec('commit');
    return (results ?? []).map(({ migrationName }) => migrationName);
  } finally {
    if (raw.inTransaction) raw.exec('rollback');
    raw.pragma(`busy_timeout = ${waited}`);
  }
}

/** The migrations with the fail-points between them. */
function interruptible(all: Record<string, Migration>): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(all).map(([name, migration]) => [
      name,
      {
        up: async (db) => {
          failPoint('migration-between');
          await migration.up(db);
          failPoint('migration-inside');
        },
      },
    ]),
  );
}
