import { existsSync, statSync } from 'node:fs';
import { bytes } from '../insight/words.ts';
import { counted } from '../message/counted.ts';
import type { Database } from '../store/database.ts';
import { diskTrouble } from '../store/disk-trouble.ts';
import { migrations } from '../store/migrations/index.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';
import { fileProblems, madeMigrations, orphanTables, sqliteVersion } from './database-store.ts';

/** Older ones may damage a database whose log is checkpointed by two connections at once (https://www.sqlite.org/wal.html). */
const SQLITE_NEEDED = [3, 51, 3] as const;

/** The log is copied back at 16 MB; far above that somebody keeps it from being. */
const LARGE_LOG = 200e6;

const RESTORE = 'Stop the gate, keep a copy of the data folder, and restore a backup (docs/OPERATING.md).';

/** The database file: whole, of this version, its log no larger than it should be. */
export function databaseChecks(database: Database, path: string, { full }: { full: boolean }): Check[] {
  const { db } = database;
  return [
    {
      id: 'integrity',
      title: 'Database',
      look: async () => {
        const problems = await fileProblems(db, full).catch(problemOf);
        if (problems.length > 0) {
          return failed(`It is damaged: ${problems[0]}${more(problems)}.`, RESTORE);
        }
        const size = bytes(statSync(path).size);
        if (!full) return ok(`${size}, no fault in its pages (--full looks at indexes and references too).`);
        const orphans = await orphanTables(db);
        return orphans.length > 0
          ? failed(`Rows of ${orphans.join(', ')} name others that are not there.`, RESTORE)
          : ok(`${size}, no fault in pages, indexes and references.`);
      },
    },
    { id: 'schema', title: 'Schema', look: async () => schemaFinding(await madeMigrations(db)) },
    { id: 'wal', title: 'Write-ahead log', look: () => logFinding(sizeOf(`${path}-wal`)) },
    { id: 'sqlite', title: 'SQLite', look: async () => sqliteFinding(await sqliteVersion(db)) },
  ];
}

/** What stops even the look is what there is to tell. */
function problemOf(error: unknown): string[] {
  if (diskTrouble(error) === null) throw error;
  return [(error as Error).message];
}

const more = (list: readonly string[]): string =>
  list.length > 1 ? ` (and ${counted(list.length - 1, 'more fault')})` : '';

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** @param made names of the migrations that the file has been through */
export function schemaFinding(made: readonly string[]): Finding {
  const known = Object.keys(migrations);
  if (made.length === 0) {
    return failed('It is no database of presend.', 'Name the right data folder with --data.');
  }
  const newer = made.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    return failed(
      `It was made by a newer presend (${newer.at(-1)}).`,
      'Install that version again, or restore a backup that is older.',
    );
  }
  const missing = known.filter((name) => !made.includes(name));
  return missing.length > 0
    ? warning(
        `It is from an older presend; ${counted(missing.length, 'migration')} to go, up to ${known.at(-1)}.`,
        'Make a backup; the next start brings it up to date.',
      )
    : ok(`As this version has it (${known.at(-1)}).`);
}

/** @param size of the log, bytes */
export function logFinding(size: number): Finding {
  return size > LARGE_LOG
    ? warning(
        `${bytes(size)}: something has read from the database for very long, so that it cannot be copied back.`,
        'End other programs that have the database open, old backtests and shells among them.',
      )
    : ok(`${bytes(size)}.`);
}

/** @param version as SQLite names it */
export function sqliteFinding(version: string): Finding {
  const parts = version.split('.').map(Number);
  const order = SQLITE_NEEDED.map((needed, i) => (parts[i] ?? 0) - needed).find(
    (difference) => difference !== 0,
  );
  return (order ?? 0) < 0
    ? failed(
        `${version}; versions before ${SQLITE_NEEDED.join('.')} can damage a database.`,
        'Run npm ci, which installs the version presend is made for.',
      )
    : ok(`${version}.`);
}
