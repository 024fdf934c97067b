import SQLite from 'better-sqlite3';
import { UserError } from '../config/user-error.ts';
import { refuseNewer, schemaState } from '../store/migrate.ts';
import { syncPath } from './files.ts';

/** What was copied. */
export interface DatabaseCopy {
  /** When the state was fixed that the copy holds, milliseconds since the epoch. */
  at: number;
  migrations: string[];
  /** Rows of each table at that moment, counted in the source. */
  tables: Record<string, number>;
}

/** Pages copied between two looks at the event loop: about 1 MB. */
const PAGES_A_STEP = 256;

/**
 * Copies a database while a gate writes to it (https://www.sqlite.org/backup.html). A read transaction is held meanwhile: it fixes the
 * state that is copied. Without it SQLite would start anew at every write of another process, and under load never come to an end.
 * Readers do not stop writers; the write-ahead log grows by what is written meanwhile, and is taken back after.
 *
 * @param to a path where there is no file
 * @throws UserError when the database is newer than this presend
 */
export async function copyDatabase(
  from: string,
  to: string,
  options: { now: () => number; onProgress?: (done: number, total: number) => void },
): Promise<DatabaseCopy> {
  const source = new SQLite(from, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    const state = schemaState(source);
    refuseNewer(source, state);
    source.exec('begin');
    // The first read fixes the state: whatever is committed before this line is in the copy.
    const at = options.now();
    const tables = countRows(source);
    const pageSize = source.pragma('page_size', { simple: true }) as number;
    await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        options.onProgress?.((totalPages - remainingPages) * pageSize, totalPages * pageSize);
        return PAGES_A_STEP;
      },
    });
    source.exec('commit');
    standAlone(to);
    return { at, migrations: state.applied, tables };
  } finally {
    source.close();
  }
}

/** The copy says that it belongs to a write-ahead log; without that it is one file, which opens read-only anywhere. */
function standAlone(path: string): void {
  const copy = new SQLite(path);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  syncPath(path);
}

/**
 * Opens a copy read-only and looks at all of it.
 *
 * @throws UserError that says what is wrong with it
 */
export function requireSound(path: string, tables: Record<string, number>): void {
  const copy = new SQLite(path, { readonly: true, fileMustExist: true });
  try {
    const trouble = copy.pragma('integrity_check(1)', { simple: true });
    if (trouble !== 'ok') throw new UserError(`the copy of the database is damaged: ${String(trouble)}`);
    const orphans = copy.pragma('foreign_key_check') as { table: string }[];
    if (orphans.length > 0) {
      throw new UserError(
        `the copy of the database is damaged: rows of ${orphans[0]!.table} refer to nothing`,
      );
    }
    const found = countRows(copy);
    for (const [table, count] of Object.entries(tables)) {
      if (found[table] === count) continue;
      throw new UserError(
        `the copy of the database is not whole: ${table} has ${found[table] ?? 'no'} rows instead of ${count}`,
      );
    }
  } finally {
    copy.close();
  }
}

/** Rows of each table; those that a full-text index keeps for itself left out. */
function countRows(database: SQLite.Database): Record<string, number> {
  const names = database
    .prepare<[], string>(
      "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
    )
    .pluck()
    .all();
  const count = (name: string): number =>
    database.prepare<[], number>(`select count(*) from "${name}"`).pluck().get() ?? 0;
  return Object.fromEntries(names.map((name) => [name, count(name)]));
}
