import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { type AdapterCall, addCalls } from './call-store.ts';

/**
 * Keeps what each question to the adapter came to, for the failure window. Written at once (calls of one turn share a commit
 * with whatever else is committed), so that a killed process comes back with the window it had.
 */
export class CallLog {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #log: Logger;
  readonly #writing = new Set<Promise<void>>();

  constructor({ database, now, log }: { database: Database; now: () => number; log: Logger }) {
    this.#database = database;
    this.#now = now;
    this.#log = log;
  }

  add(call: Omit<AdapterCall, 'at'>): void {
    const written = this.#database
      .transact((trx) => addCalls(trx, [{ at: this.#now(), ...call }]))
      .catch((err: unknown) => this.#log.error({ err }, 'a call of the adapter could not be recorded'))
      .finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }

  /** Waits until everything is on disk. */
  async stop(): Promise<void> {
    await Promise.all(this.#writing);
  }
}
