import type { Trx, TransactOptions } from './database.ts';

/** A change that waits for its commit. */
export interface Piece {
  work: (trx: Trx) => Promise<unknown>;
  /** See `TransactOptions`. */
  concurrent: boolean;
  background: boolean;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Longest that a commit waits for company, milliseconds. */
const MOST_MS = 8;

/** How long a change that nobody waits for does, milliseconds, where so many more are to be expected by then that it pays. */
const BACKGROUND_MS = 8;
const BACKGROUND_COMPANY = 2;

/** What weight the newest has in a running mean. */
const NEWEST = 0.2;

/** No gap between two changes counts for more, milliseconds. */
const LONG_GAP_MS = 1_000;

/** Most pieces of work that share one commit; bounds how long the first of them waits. */
const MAX_GROUP = 64;

/** Time as a group commit sees it; a simulation brings its own. */
export interface CommitClock {
  /** Milliseconds of a clock that only goes forwards. */
  now(): number;
  /** So many milliseconds, 0 = a turn of the event loop. */
  wait(ms: number): Promise<void>;
}

const REAL_CLOCK: CommitClock = {
  now: () => performance.now(),
  wait: (ms) =>
    new Promise((resolve) => {
      if (ms > 0) setTimeout(resolve, ms);
      else setImmediate(resolve);
    }),
};

/**
 * Puts changes that are asked for at the same time into one transaction, and so one sync of the disk; one group after the other,
 * in the order in which they were asked for. Changes that run alone and such that do not never share one.
 *
 * A commit waits for company for as long as becoming durable takes of late, if at least one more change is to be expected by then (as is
 * advised for PostgreSQL's `commit_delay`, but measured): on a slow disk groups grow, and who comes alone waits for nobody. Changes
 * that nobody waits for do so longer, until one comes that somebody waits for: of many mails on their way each makes several.
 */
export class GroupCommit {
  readonly #commit: (group: Piece[]) => Promise<number>;
  readonly #clock: CommitClock;
  #pending: Piece[] = [];
  #running = false;
  /** Running means, milliseconds: what becoming durable takes, and from one change that is asked for to the next. */
  #took = 0;
  #gap = LONG_GAP_MS;
  #asked = 0;
  #idle: (() => void)[] = [];
  /** Ends the wait of changes that nobody waits for. */
  #hurry: () => void = () => {};

  /**
   * @param commit settles every piece of the group it is given, and does not reject; returns how long the group took to become durable
   *   once its work was done, milliseconds
   */
  constructor(commit: (group: Piece[]) => Promise<number>, clock: CommitClock = REAL_CLOCK) {
    this.#commit = commit;
    this.#clock = clock;
    this.#asked = clock.now();
  }

  /** Resolves with the work's result once it is durable; rejects when it threw. */
  add<T>(work: (trx: Trx) => Promise<T>, options: TransactOptions = {}): Promise<T> {
    const { concurrent = false, background = false } = options;
    const now = this.#clock.now();
    this.#gap = mean(this.#gap, Math.min(now - this.#asked, LONG_GAP_MS));
    this.#asked = now;
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        work,
        concurrent,
        background,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      if (!background || this.#pending.length >= MAX_GROUP) this.#hurry();
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

  /** In any case lets sockets be read before the commit, so that its group is a larger one. */
  async #gather(): Promise<void> {
    const hasRoom = (): boolean => this.#pending.length < MAX_GROUP;
    const many = this.#gap < BACKGROUND_MS / BACKGROUND_COMPANY;
    if (many && hasRoom() && this.#pending.every(({ background }) => background)) {
      const hurried = new Promise<true>((resolve) => (this.#hurry = () => resolve(true)));
      if (!(await Promise.race([this.#clock.wait(BACKGROUND_MS), hurried]))) return;
    }
    const ms = Math.floor(Math.min(this.#took, MOST_MS));
    await this.#clock.wait(this.#gap < ms && hasRoom() ? ms : 0);
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const group = this.#pending.splice(0, this.#alike());
      this.#took = mean(this.#took, await this.#commit(group));
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

const mean = (before: number, newest: number): number => before + NEWEST * (newest - before);
