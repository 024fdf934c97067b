import { join } from 'node:path';
import type { Database } from '../store/database.ts';
import { BEFORE_UPDATE } from './copies.ts';
import { deleteOld } from './list.ts';
import { makeBackup, type MadeBackup } from './make.ts';

const KEPT = 2;

/** What bringing a database up to date came to. */
export interface Update {
  /** Migrations that were applied; none = there was nothing to do. */
  applied: string[];
  /** The database as it was before: null where it was empty, or could not be copied. */
  backup: MadeBackup | null;
  /** Why it could not be copied or, with a backup, why older ones could not be deleted. */
  trouble: string | null;
}

/**
 * Brings a database up to date, after a backup of what is there (of SQLite's; PostgreSQL's are its own tools' business): the way back
 * to the presend it had. Where none can be made, for whatever reason, it goes on without, because a gate that does not start is worse,
 * and a migration that fails leaves the database as it was.
 *
 * @throws UserError when the database is newer than this presend; Error when a migration fails
 */
export async function bringUpToDate(database: Database, dataDir: string, now: () => number): Promise<Update> {
  const { applied: before, pending, unknown } = await database.schemaState();
  let backup: MadeBackup | null = null;
  let trouble: string | null = null;
  if (database.engine === 'sqlite' && before.length > 0 && pending.length > 0 && unknown.length === 0) {
    const folder = join(dataDir, BEFORE_UPDATE);
    try {
      backup = await makeBackup({ dataDir, folder, reason: 'before_update', now });
      await deleteOld(folder, backup.manifest.gate, { keep: KEPT, keepDays: null }, now());
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
  }
  return { applied: await database.migrate(), backup, trouble };
}
