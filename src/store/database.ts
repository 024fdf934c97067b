import type { Kysely, Transaction } from 'kysely';
import type { DiskTrouble } from './disk-trouble.ts';
import type { GateKey } from './gate-keys.ts';
import type { SchemaState } from './migrate.ts';
import type { Peers } from './peers.ts';
import type { Schema } from './schema.ts';

export type Trx = Transaction<Schema>;

/** One commit that is durable. */
export interface Commit {
  /** Changes that shared it. */
  size: number;
  /** From its begin until it was durable, the wait for company left out. */
  seconds: number;
}

export interface TransactOptions {
  /**
   * It may run at the same time as concurrent changes of other gates on the same database: whatever it decides on it has locked,
   * claimed, or compares in the statement that changes it, and it may be run again from its start. Changes without this run alone,
   * as all do on SQLite.
   */
  concurrent?: boolean;
  /** Nobody waits for it. Where others are to be expected it waits some milliseconds, to share its commit with them. */
  background?: boolean;
}

/** Whether changes become durable. */
export interface StoreHealth {
  /** null = the last change did. */
  readonly trouble: DiskTrouble | null;
  /** @param listener told when trouble begins, becomes another, or is over (null) */
  onChange(listener: (trouble: DiskTrouble | null) => void): void;
}

/**
 * The database: SQLite in the data folder, or PostgreSQL. Reads go through `db`; every change goes through `transact`, which returns
 * only after the change is durable. Pieces of work queued at the same time share one transaction and so one sync of the disk (group
 * commit, with a delay under load as PostgreSQL's commit_delay); each has a savepoint, so one that throws takes back only its own
 * changes.
 */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  readonly db: Kysely<Schema>;
  readonly disk: StoreHealth;
  readonly peers: Peers;
  /**
   * Resolves with the work's result once it is durable; rejects (with nothing changed) when it threw.
   *
   * @param work awaits nothing but the transaction it is handed, or, where it has thousands of pieces, `breathe()`
   */
  transact<T>(work: (trx: Trx) => Promise<T>, options?: TransactOptions): Promise<T>;
  /** @param listener told of every commit of this process, before those who asked for it are */
  onCommit(listener: (commit: Commit) => void): void;
  /** Where its schema stands; changes nothing. */
  schemaState(): Promise<SchemaState>;
  /**
   * Brings the schema up to date, or leaves it as it is and throws.
   *
   * @returns what was applied
   * @throws UserError when it is newer than this presend, or the key of its audit log is lost
   */
  migrate(): Promise<string[]>;
  /** Whether a key that this database was written under is not in the data folder any more; makes none. */
  isKeyLost(name: GateKey): boolean;
  /** Before the first change after a stop that may have been a crash. */
  secureLog(): void;
  /**
   * Overwrites what was deleted, as far as the engine lets it be done at once.
   *
   * @returns false when others were in the way; it happens later then
   */
  scrub(): Promise<boolean>;
  /** One more connection to the same database, for what lays temporary tables over it; to be closed. */
  again(): Database;
  /** Bytes it takes up; `log`: of them in a log that is still to be copied back. */
  size(): Promise<{ total: number; log: number }>;
  close(): Promise<void>;
}
