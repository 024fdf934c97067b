import { existsSync } from 'node:fs';
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
  const unlock = tryLock(join(dataDir, GATE));
  if (unlock) return unlock;
  throw new UserError(
    `another gate is already running on ${dataDir}; stop it first, or give this one its own folder with --data`,
  );
}

/** One backup at a time is made of a data folder. @throws UserError when one is being made */
export function lockForBackup(dataDir: string): () => void {
  const unlock = tryLock(join(dataDir, 'backup.lock'));
  if (unlock) return unlock;
  throw new UserError(`another backup of ${dataDir} is being made; wait until it is done`);
}

/** Whether a gate works on a data folder. Does not take the lock, so that it stands in no gate's way. */
export function isGateRunning(dataDir: string): boolean {
  const path = join(dataDir, GATE);
  if (!existsSync(path)) return false;
  const lock = new SQLite(path, { readonly: true, timeout: 0 });
  try {
    lock.prepare('select 1 from sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

const GATE = 'gate.lock';

/** How long a look at the lock (`isGateRunning`) may hold it up, milliseconds. */
const LOOK_MS = 250;

function tryLock(path: string): (() => void) | null {
  const lock = new SQLite(path, { timeout: LOOK_MS });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return () => lock.close();
}

function isBusy(error: unknown): boolean {
  return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ?? false;
}
