import type SQLite from 'better-sqlite3';
import { type DiskTrouble, diskTrouble } from './disk-trouble.ts';
import { pagesAreWell } from './page-check.ts';
import { emptyLog, rewriteLog } from './write-ahead-log.ts';

/** How long a disk that failed is left alone: each try may hang in the kernel, and the event loop with it. */
const PAUSE_MS = 1_000;

/** Between two looks at a database that was called damaged; doubled each time. */
const LOOK_MS = 5_000;
const MAX_LOOK_MS = 600_000;

/**
 * Whether commits can be trusted to reach the disk. After an I/O error nothing is committed until the log has been written
 * anew and synced. After damage nothing is committed until every page was looked at and is well: SQLite calls a read that
 * failed with EIO damage too (`SQLITE_IOERR_CORRUPTFS`, which a statement ends with as `SQLITE_CORRUPT`). What is full or read-only fails by itself, cleanly, and needs no distrust.
 */
export class DiskTrust {
  readonly #raw: SQLite.Database;
  readonly #listeners: ((trouble: DiskTrouble | null) => void)[] = [];
  #trouble: DiskTrouble | null = null;
  /** Why nothing is committed. */
  #distrust: unknown = null;
  #notBefore = 0;
  /** Rows changed by this connection when trouble was met last. */
  #changes = 0;

  constructor(raw: SQLite.Database) {
    this.#raw = raw;
  }

  /** null = the last change reached the disk. */
  get trouble(): DiskTrouble | null {
    return this.#trouble;
  }

  /** @param listener told when trouble begins, becomes another, or is over (null) */
  onChange(listener: (trouble: DiskTrouble | null) => void): void {
    this.#listeners.push(listener);
  }

  /** Before a transaction. @throws the error of the disk while it is not trusted */
  require(): void {
    if (this.#distrust === null) return;
    if (this.#trouble?.kind === 'damaged' || performance.now() < this.#notBefore) throw this.#distrust;
    try {
      // While somebody reads the log it cannot be emptied; then what it holds is written anew.
      if (!emptyLog(this.#raw)) rewriteLog(this.#raw);
      this.#distrust = null;
    } catch {
      // Whatever keeps it from being written anew (a lock, too): the disk is not trusted, for the same reason as before.
      throw this.#distrust;
    } finally {
      this.#notBefore = performance.now() + PAUSE_MS;
    }
  }

  /** A transaction, or a piece of it, failed with this. */
  failed(error: unknown): void {
    const trouble = diskTrouble(error);
    if (trouble === null || this.#trouble?.kind === 'damaged') return;
    this.#changes = this.#changesNow();
    if (trouble.kind === 'io' || trouble.kind === 'damaged') this.#distrust = error;
    this.#become(trouble);
    if (trouble.kind === 'damaged') void this.#lookThrough(LOOK_MS);
  }

  /** A transaction is on disk. */
  stored(): void {
    if (this.#trouble === null || this.#distrust !== null) return;
    // One that changed nothing, as a look into an empty queue, has asked nothing of the disk.
    if (this.#changesNow() > this.#changes) this.#become(null);
  }

  async #lookThrough(nextMs: number): Promise<void> {
    const well = await pagesAreWell(this.#raw.name);
    if (!this.#raw.open) return;
    // What is left is a disk that failed to read, and is to be trusted as any that failed.
    if (well) this.#become(diskTrouble({ code: 'SQLITE_IOERR_READ' }));
    else setTimeout(() => void this.#lookThrough(Math.min(2 * nextMs, MAX_LOOK_MS)), nextMs).unref();
  }

  #changesNow(): number {
    return this.#raw.prepare<[], number>('select total_changes()').pluck().get() ?? 0;
  }

  #become(trouble: DiskTrouble | null): void {
    const same = this.#trouble?.kind === trouble?.kind;
    this.#trouble = trouble;
    if (!same) for (const tell of this.#listeners) tell(trouble);
  }
}
