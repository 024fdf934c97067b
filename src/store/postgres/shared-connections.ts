import type { CompiledQuery, QueryResult } from 'kysely';
import pg from 'pg';
import { PostgresConnection } from './connection.ts';
import { storeError } from './trouble.ts';

/** A connection that nothing was read on for so long is closed. */
const IDLE_MS = 30_000;

interface Shared {
  /** null while it is opened. */
  connection: PostgresConnection | null;
  opened: Promise<PostgresConnection>;
  client: pg.Client;
  /** Statements without an answer yet. */
  inFlight: number;
  /** Nothing was read on it since the last look. */
  idle: boolean;
}

/**
 * Connections for reads outside of transactions. Nobody has one for himself: what is asked in one turn of the event loop goes to the
 * same one, in one journey, and what is asked in the next to the one that has least to do.
 */
export class SharedConnections {
  readonly #options: pg.ClientConfig;
  readonly #size: number;
  readonly #onError: (error: Error) => void;
  readonly #all: Shared[] = [];
  /** Where the reads of this turn go. */
  #current: Shared | null = null;
  #looking: NodeJS.Timeout | null = null;
  #ended = false;

  /**
   * @param options.size most of them
   * @param options.onError told of each that breaks while nothing is asked
   */
  constructor(client: pg.ClientConfig, options: { size: number; onError: (error: Error) => void }) {
    this.#options = client;
    this.#size = options.size;
    this.#onError = options.onError;
  }

  /** @throws PostgresError */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#ended) throw new Error('the database was closed');
    const shared = this.#pick();
    shared.inFlight += 1;
    shared.idle = false;
    try {
      return await (shared.connection ?? (await shared.opened)).executeQuery<R>(query);
    } finally {
      shared.inFlight -= 1;
      if (shared.connection?.broken) this.#drop(shared);
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    if (this.#looking) clearInterval(this.#looking);
    const all = this.#all.splice(0);
    // One that never opened has told so whoever waited for it.
    await Promise.all(all.map(({ opened, client }) => opened.then(() => client.end()).catch(() => {})));
  }

  #pick(): Shared {
    if (this.#current) return this.#current;
    const free = this.#all.find(({ inFlight }) => inFlight === 0);
    const shared = free ?? (this.#all.length < this.#size ? this.#open() : this.#leastBusy());
    this.#current = shared;
    process.nextTick(() => (this.#current = null));
    return shared;
  }

  #leastBusy(): Shared {
    return this.#all.reduce((least, one) => (one.inFlight < least.inFlight ? one : least));
  }

  #open(): Shared {
    const client = new pg.Client(this.#options);
    const connected = client.connect().then(
      () => {
        shared.connection = new PostgresConnection(client);
        return shared.connection;
      },
      (error: unknown) => {
        this.#drop(shared);
        throw storeError(error);
      },
    );
    const shared: Shared = { client, opened: connected, connection: null, inFlight: 0, idle: false };
    client.on('error', (error) => {
      this.#drop(shared);
      this.#onError(error);
    });
    client.on('end', () => this.#drop(shared));
    this.#all.push(shared);
    this.#looking ??= setInterval(() => this.#closeIdle(), IDLE_MS).unref();
    return shared;
  }

  #drop(shared: Shared): void {
    const at = this.#all.indexOf(shared);
    if (at === -1) return;
    this.#all.splice(at, 1);
    if (this.#current === shared) this.#current = null;
    shared.client.end().catch(() => {});
  }

  #closeIdle(): void {
    for (const shared of this.#all.filter(({ idle, inFlight }) => idle && inFlight === 0)) this.#drop(shared);
    for (const shared of this.#all) shared.idle = true;
  }
}
