import { UpstreamConnection } from './smtp-connection.ts';
import type { Upstream } from './upstream.ts';

/** A connection lent to one attempt. */
export interface Lent {
  connection: UpstreamConnection;
  /** It was kept from earlier, so the upstream may have closed it meanwhile. */
  kept: boolean;
}

/**
 * Kept connections to one upstream.
 *
 * Not nodemailer's SMTPPool, which breaks the hand-over rule: it sends a message again by itself when a
 * connection closes; it answers a refusal in the middle of the body with RSET, written into the body, and goes on
 * to write the rest with its final dot, so that a message reported as refused can be accepted; and it sends without
 * logging in when the upstream offers no AUTH.
 */
export class ConnectionPool {
  readonly #upstream: Upstream;
  /** Last used at the end: the others may go idle and close. */
  readonly #idle: { connection: UpstreamConnection; timer: NodeJS.Timeout }[] = [];
  readonly #waiting: (() => void)[] = [];
  #slots: number;
  #closed = false;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#slots = upstream.pool;
  }

  /**
   * Lends a connection, waiting while all are busy. Each is given back with `keep` or `drop`.
   *
   * @param options.fresh not a kept one; the kept ones are closed, for what ended one of them ended them all
   * @throws SmtpError when no session could be set up, or the signal's reason
   */
  async borrow(options: { fresh: boolean; signal: AbortSignal }): Promise<Lent> {
    await this.#slot(options.signal);
    try {
      if (this.#closed) throw new Error('the gate is closing');
      if (options.fresh) await this.#closeIdle();
      const kept = this.#takeIdle();
      if (kept) return { connection: kept, kept: true };
      return { connection: await this.#open(options.signal), kept: false };
    } catch (error) {
      this.#freeSlot();
      throw error;
    }
  }

  /** Gives a connection back for the next message. */
  keep(connection: UpstreamConnection): void {
    if (!connection.alive || this.#closed || connection.messages >= this.#upstream.max_messages) {
      void connection.quit();
    } else {
      const timer = setTimeout(() => {
        this.#forget(connection);
        void connection.quit();
      }, this.#upstream.keep_seconds * 1000);
      timer.unref();
      this.#idle.push({ connection, timer });
    }
    this.#freeSlot();
  }

  /** Gives a connection back that is not to be used again. */
  drop(connection: UpstreamConnection): void {
    connection.destroy();
    this.#freeSlot();
  }

  /** Ends the kept connections; those lent out end when they are given back. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#closeIdle();
  }

  async #open(signal: AbortSignal): Promise<UpstreamConnection> {
    const connection = new UpstreamConnection(this.#upstream);
    connection.onEnd(() => this.#forget(connection));
    const abort = (): void => connection.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort);
    try {
      await connection.open();
      return connection;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #takeIdle(): UpstreamConnection | null {
    for (let entry = this.#idle.pop(); entry; entry = this.#idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.connection.alive) return entry.connection;
    }
    return null;
  }

  async #closeIdle(): Promise<void> {
    const entries = this.#idle.splice(0);
    for (const { timer } of entries) clearTimeout(timer);
    await Promise.all(entries.map(({ connection }) => connection.quit()));
  }

  #forget(connection: UpstreamConnection): void {
    const at = this.#idle.findIndex((entry) => entry.connection === connection);
    if (at < 0) return;
    clearTimeout(this.#idle[at]!.timer);
    this.#idle.splice(at, 1);
  }

  async #slot(signal: AbortSignal): Promise<void> {
    if (this.#slots > 0) {
      this.#slots -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #freeSlot(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#slots += 1;
  }
}
