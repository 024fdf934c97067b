import type { Trx } from './database.ts';

/** A change that waits for its commit. */
export interface Piece {
  work: (trx: Trx) => Promise<unknown>;
  /** See `TransactOptions`. */
  concurrent: boolean;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** How long a commit waits for company while several come together, milliseconds (PostgreSQL's commit_delay). */
const GATHER_MS = 3;

/** The last group was this large: there is enough concurrency for waiting to pay (PostgreSQL's commit_siblings). */
const SIBLINGS = 4;

/** Most pieces of work that share one commit; bounds how long the first of them waits. */
const MAX_GROUP = 64;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (ms > 0) setTimeout(resolve, ms);
    else setImmediate(resolve);
  });

/**
 * Puts changes that are asked for at the same time into one transaction, and so one sync of the disk; one group after the other,
 * in the order in which they were asked for. Changes that run alone and such that do not never share one.
 */
export class GroupCommit {
  readonly #commit: (group: Piece[]) => Promise<void>;
  readonly #wait: (ms: number) => Promise<void>;
  #pending: Piece[] = [];
  #running = false;
  #lastGroup = 0;
  #idle: (() => void)[] = [];

  /**
   * @param commit settles every piece of the group it is given, and does not reject
   * @param wait so many milliseconds, 0 = a turn of the event loop; a simulation passes its own
   */
  constructor(commit: (group: Piece[]) => Promise<void>, wait: (ms: number) => Promise<void> = pause) {
    this.#commit = commit;
    this.#wait = wait;
  }

  /** Resolves with the work's result once it is durable; rejects when it threw. */
  add<T>(work: (trx: Trx) => Promise<T>, concurrent = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ work, concurrent, resolve: resolve as (value: unknown) => void, reject });
      if (!this.#running) {
        this.#running = true;
        void this.#gather().then(() => this.#drain());
      }
    });
  }

  /** Resolves when nothing waits for its commit. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Lets sockets be read before the commit, so that its group is a large one. */
  #gather(): Promise<void> {
    return this.#wait(this.#lastGroup >= SIBLINGS ? GATHER_MS : 0);
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const group = this.#pending.splice(0, this.#alike());
      await this.#commit(group);
      this.#lastGroup = group.length;
      if (this.#pending.length > 0) await this.#gather();
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** How many of the next pieces may share a commit. */
  #alike(): number {
    const other = this.#pending.findIndex(({ concurrent }) => concurrent !== this.#pending[0]?.concurrent);
    return Math.min(MAX_GROUP, other === -1 ? this.#pending.length : other);
  }
}
