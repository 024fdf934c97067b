import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type pg from 'pg';
import { storeError } from './trouble.ts';

/** Statements kept prepared on a connection; the gate itself uses fewer, lists of varying length make more. */
const MAX_PREPARED = 500;

/** Statements whose command changes rows, and says how many. */
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/**
 * One connection, as Kysely's executors see it: with prepared statements, and with errors that say what is wrong with the database.
 * Statements are sent in the order in which they are asked for, without waiting for the answers to earlier ones (pg's pipeline
 * mode), and those of one turn of the event loop leave together: what a step asks at once is one journey, whatever it asks.
 */
export class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.ClientBase;
  readonly #names = new Map<string, string>();
  /** What pg writes to; not among what it promises, so it may be missing, and then each statement leaves by itself. */
  readonly #stream: Writable | undefined;
  #gathering = false;
  #broken: Error | undefined;

  constructor(client: pg.ClientBase) {
    this.#client = client;
    // The server may end it while nothing is asked (a transaction that stood still): told to nobody, that would end the gate.
    client.on('error', (error) => {
      this.#broken ??= storeError(error);
    });
    this.#stream = (client as unknown as { connection?: { stream?: Writable } }).connection?.stream;
  }

  /** What broke it; undefined = it can be used. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.query(sql, parameters);
    return {
      rows: rows as R[],
      ...(CHANGES.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}),
    };
  }

  /** Nothing here reads rows one by one. */
  streamQuery(): never {
    throw new Error('PostgreSQL is not read as a stream');
  }

  /**
   * Sends it before this returns.
   *
   * @throws PostgresError
   */
  async query(text: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
    this.#gather();
    try {
      if (parameters.length === 0) return await this.#client.query(text);
      return await this.#client.query({ ...this.#named(text), values: parameters.map(asText) });
    } catch (error) {
      const trouble = storeError(error);
      if (trouble.code === 'STORE_UNREACHABLE') this.#broken = trouble;
      throw trouble;
    }
  }

  /** Holds back what is written until whoever can run now has run. */
  #gather(): void {
    const stream = this.#stream;
    if (this.#gathering || !stream) return;
    this.#gathering = true;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  /** Prepared under a name while there is room, unnamed after: a name stays for the life of the connection. */
  #named(text: string): { name?: string; text: string } {
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size >= MAX_PREPARED) return { text };
      name = createHash('sha256').update(text).digest('base64url').slice(0, 40);
      this.#names.set(text, name);
    }
    return { name, text };
  }
}

/** PostgreSQL's text takes every character but NUL. What is no number is null, as SQLite has it. */
function asText(value: unknown): unknown {
  if (Number.isNaN(value)) return null;
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
