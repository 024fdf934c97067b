import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { UserError } from '../config/user-error.ts';

/**
 * At most one gate works on a data folder: leases of a dead gate are let go at start, and that must not happen to a living
 * one. The lock is the operating system's lock on a small SQLite file, so it ends with the process however it ends.
 *
 * @returns a function that lets go
 * @throws UserError when another gate holds it
 */
export function lockDataFolder(dataDir: string): () => void {
  const lock = new SQLite(join(dataDir, 'gate.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
    throw new UserError(
      `another gate is already running on ${dataDir}; stop it first, or give this one its own folder with --data`,
    );
  }
  return () => lock.close();
}
