import type { Response } from 'express';
import type { Account } from '../http/endpoint.ts';
import { ApiError } from '../http/api-error.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { changesAfter } from './live-store.ts';
import { newestAuditId } from './queue-store.ts';
import type { LiveChange, LivePresence, LiveReset } from './web-types.ts';

/** How soon a change shows, milliseconds: one look at the end of one index. */
const POLL_MS = 200;
const HEARTBEAT_MS = 15_000;
/** Then the browser connects again, and who has lost the right meanwhile is not let in. */
const LONGEST_MS = 600_000;
/** More missed than this and reading everything again is cheaper. */
const MOST_MISSED = 2_000;
const BATCH = 500;
/** One page each in a handful of windows. */
const STREAMS_PER_ACCOUNT = 8;
/** A client that does not read is cut off; it connects again and resumes. */
const MAX_UNREAD = 1_048_576;

/** What a reviewer hears of; sign-ins, users and secrets are for admins and auditors. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  'delivery',
  'message',
  'cause',
  'view',
  'engine',
  'rubric',
  'kill_switch',
  'spot_check',
  'canary',
  'company',
  'prospect',
  'suppression',
  'commitment',
  'peer',
  'import',
  'sync',
  'crm_sync',
]);

/** Entries about an account after which its streams end; the browser connects again, if it still may. */
const ENDING: ReadonlySet<string> = new Set([
  'signed_out',
  'sessions_ended',
  'disabled',
  'role_changed',
  'provider_only_changed',
  'token_revoked',
]);

interface Stream {
  res: Response;
  account: Account;
  /** The last audit entry it has been told of or passed over. */
  at: number;
}

/**
 * Server-sent events (WHATWG HTML 9.2): a tail of the audit log, which acts from the command line and other processes are in
 * too. One poller for all streams, and none while there are no streams.
 */
export class Live {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #pollMs: number;
  readonly #streams = new Set<Stream>();
  #polling: Promise<void> | null = null;
  #wake: () => void = () => {};
  #stopped = false;

  constructor(options: { database: Database; log: Logger; pollMs?: number }) {
    this.#database = options.database;
    this.#log = options.log;
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  /**
   * Opens a stream on a response.
   *
   * @param after id of the last change the client saw; null = from now on
   * @param presence what is known of who looks at what
   * @throws ApiError when the account has too many
   */
  async open(
    res: Response,
    account: Account,
    { after, presence }: { after: number | null; presence: LivePresence[] },
  ): Promise<void> {
    if (this.#stopped) throw new ApiError('trouble', 'The gate is stopping.', { retryAfterSeconds: 2 });
    const own = [...this.#streams].filter((one) => one.account.id === account.id).length;
    if (own >= STREAMS_PER_ACCOUNT) {
      throw new ApiError('too_many', 'You have too many windows open; close one.', { retryAfterSeconds: 30 });
    }
    // In its place before anything is awaited, so that the count above is right.
    const stream: Stream = { res, account, at: Number.POSITIVE_INFINITY };
    this.#streams.add(stream);
    const close = (): void => {
      clearInterval(heartbeat);
      clearTimeout(longest);
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#wake();
    };
    const heartbeat = setInterval(() => res.write(': alive\n\n'), HEARTBEAT_MS).unref();
    const longest = setTimeout(() => res.end(), LONGEST_MS).unref();
    res.on('close', close);
    try {
      const newest = await newestAuditId(this.#database.db);
      res.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store, no-transform',
        // nginx and those that follow it would keep events back until a buffer is full.
        'X-Accel-Buffering': 'no',
      });
      res.flushHeaders();
      res.write('retry: 2000\n\n');
      // An id from the future is of a database that was put back to an older one.
      const missed = after === null ? 0 : newest - after;
      if (missed < 0 || missed > MOST_MISSED) this.#reset(stream, newest);
      else stream.at = after ?? newest;
      // So that a connection that is lost before the first change resumes as well.
      if (after === null) res.write(`id: ${newest}\nevent: hello\ndata: {}\n\n`);
      for (const one of presence) this.#write(stream, 'presence', one);
    } catch (error) {
      close();
      throw error;
    }
    this.#polling ??= this.#poll();
    this.#wake();
  }

  presence(presence: LivePresence): void {
    for (const stream of this.#streams) if (stream.res.headersSent) this.#write(stream, 'presence', presence);
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { res } of this.#streams) res.end();
    this.#wake();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    while (this.#streams.size > 0 && !this.#stopped) {
      try {
        if (await this.#round()) continue;
      } catch (err) {
        this.#log.error({ err }, 'the live stream could not be read; trying again');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#polling = null;
  }

  /** Tells what is new to each stream. @returns true when there is more */
  async #round(): Promise<boolean> {
    const from = Math.min(...[...this.#streams].map(({ at }) => at));
    if (!Number.isFinite(from)) return false;
    const changes = await changesAfter(this.#database.db, from, BATCH);
    const last = changes.at(-1);
    if (!last) return false;
    for (const stream of this.#streams) {
      for (const change of changes) {
        if (change.id <= stream.at) continue;
        if (endsFor(stream.account, change)) {
          stream.res.end();
          break;
        }
        if (mayHear(stream.account, change)) this.#write(stream, 'change', change, change.id);
      }
      if (Number.isFinite(stream.at)) stream.at = Math.max(stream.at, last.id);
      if (stream.res.writableLength > MAX_UNREAD) stream.res.destroy();
    }
    return changes.length === BATCH;
  }

  #reset(stream: Stream, newest: number): void {
    stream.at = newest;
    this.#write(stream, 'reset', { live_id: newest }, newest);
  }

  #write(
    { res }: Stream,
    event: 'change' | 'presence' | 'reset',
    data: LiveChange | LivePresence | LiveReset,
    id?: number,
  ): void {
    if (res.writableEnded) return;
    const head = id === undefined ? '' : `id: ${id}\n`;
    res.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

function endsFor({ id }: Account, { subject, action }: LiveChange): boolean {
  return subject.type === 'user' && subject.id === id && ENDING.has(action);
}

function mayHear({ role }: Account, { subject }: LiveChange): boolean {
  return role !== 'reviewer' || FOR_EVERYBODY.has(subject.type);
}
