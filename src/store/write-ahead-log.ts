import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type SQLite from 'better-sqlite3';

/**
 * After an fsync that failed, Linux counts the pages as written although they may not be: reading shows them, the next fsync
 * passes, a power cut takes them away ("fsyncgate", https://lwn.net/Articles/752063/). The connection that saw the failure is
 * safe, for it never counts those frames; but whoever opens the file anew would take them for committed, commit on top of them,
 * and lose that commit with them. These two see to it that what is trusted has been written by a sync that passed.
 */

const CHUNK = 1 << 20;

/**
 * Writes the log's bytes over themselves and syncs them, so that disk and page cache agree. For a database that is being
 * opened: what the log holds may come of a process whose sync failed. Takes the write lock, so that nobody appends meanwhile.
 *
 * @throws what SQLite or the system throws (SQLITE_BUSY, EIO, ENOSPC …)
 */
export function rewriteLog(raw: SQLite.Database): void {
  const path = `${raw.name}-wal`;
  raw.exec('begin immediate');
  try {
    const fd = openLog(path);
    if (fd === null) return;
    try {
      const chunk = Buffer.alloc(CHUNK);
      const size = fstatSync(fd).size;
      for (let at = 0; at < size; ) {
        const read = readSync(fd, chunk, 0, Math.min(CHUNK, size - at), at);
        if (read === 0) break;
        for (let done = 0; done < read; ) done += writeSync(fd, chunk, done, read - done, at + done);
        at += read;
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } finally {
    raw.exec('rollback');
  }
}

/**
 * Copies what is committed back into the database file, synced, and empties the log: the frames of a commit whose sync failed
 * are gone for good. For the connection that saw the failure.
 *
 * @returns false when somebody reads from the log, so that it cannot be emptied now
 * @throws what SQLite or the system throws; the log is as it was then
 */
export function emptyLog(raw: SQLite.Database): boolean {
  const [result] = raw.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
  if (result.busy !== 0) return false;
  const fd = openLog(`${raw.name}-wal`);
  if (fd === null) return true;
  try {
    // SQLite does not sync the truncation itself.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Closing it lets go of no lock: SQLite's are on the database file and the index (`-shm`). */
function openLog(path: string): number | null {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
