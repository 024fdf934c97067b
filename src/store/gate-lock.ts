import { existsSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { UserError } from '../config/user-error.ts';

const LOCK_FILE = 'gate.lock';

/**
 * At most one gate works on a data folder: leases of a dead gate are let go at start, and that must not happen to a living
 * one. The lock is the operating system's lock on a small SQLite file, so it ends with the process however it ends.
 *
 * @returns a function that lets go
 * @throws UserError when another gate holds it
 */
export function lockDataFolder(dataDir: string): () => void {
  return lockFile(
    join(dataDir, LOCK_FILE),
    `another gate is already running on ${dataDir}; stop it first, or give this one its own folder with --data`,
  );
}

/** One backup at a time is made of a data folder. @throws UserError when one is being made */
export function lockForBackup(dataDir: string): () => void {
  return lockFile(
    join(dataDir, 'backup.lock'),
    `another backup of ${dataDir} is being made; wait until it is done`,
  );
}

/** One copy at a time is made to another store. @throws UserError when one is being made */
export function lockForCopy(dataDir: string): () => void {
  return lockFile(join(dataDir, 'copy.lock'), `presend store copy runs already on ${dataDir}`);
}

function lockFile(path: string, whenTaken: string): () => void {
  // Not at once: `gateRuns` of another process may be looking.
  const lock = new SQLite(path, { timeout: 250 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
    throw new UserError(whenTaken);
  }
  return () => lock.close();
}

/** Whether a gate works on the data folder now, in this process or another. */
export function gateRuns(dataDir: string): boolean {
  const path = join(dataDir, LOCK_FILE);
  if (!existsSync(path)) return false;
  const look = new SQLite(path, { readonly: true, timeout: 0 });
  try {
    look.prepare('select count(*) from sqlite_schema').get();
    return false;
  } catch (error) {
    // Whatever else there is to say of the file, nobody holds the lock.
    return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ?? false;
  } finally {
    look.close();
  }
}
