import { createHash } from 'node:crypto';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { presendVersion } from '../../config/version.ts';
import { storeError } from './trouble.ts';

/** Statements kept prepared on a connection; the gate itself uses fewer, lists of varying length make more. */
const MAX_PREPARED = 500;

/** How long a statement may take, a lock be waited for, and a transaction do nothing: a gate that stands still holds up no other. */
const STATEMENT_MS = 60_000;
const LOCK_MS = 15_000;
const IDLE_IN_TRANSACTION_MS = 5_000;

const { builtins } = pg.types;

/** Numbers as SQLite gives them: all of the gate's fit into a double. */
const AS_NUMBER: ReadonlySet<number> = new Set([builtins.INT8, builtins.NUMERIC]);
const AS_INTEGER: ReadonlySet<number> = new Set([builtins.BOOL]);

/**
 * What every connection is opened with.
 *
 * @param options.patient statements may take as long as they do: migrations
 * @param options.readonly the server refuses every change
 */
export function connectionOptions(url: string, { patient = false, readonly = false } = {}): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: `presend ${presendVersion()}`,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    ...(patient ? {} : { statement_timeout: STATEMENT_MS }),
    lock_timeout: LOCK_MS,
    ...(readonly ? { options: '-c default_transaction_read_only=on' } : {}),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    types: {
      getTypeParser: ((id: number, format?: 'text' | 'binary') => {
        if (AS_NUMBER.has(id)) return Number;
        // As an integer, which is what the columns hold that a condition is compared with.
        if (AS_INTEGER.has(id)) return (text: string) => (text === 't' ? 1 : 0);
        return pg.types.getTypeParser(id, format);
      }) as typeof pg.types.getTypeParser,
    },
  };
}

/** Connections as Kysely's dialect sees them, with prepared statements and errors that say what is wrong with the database. */
export function openPool(
  url: string,
  { size, ...how }: { size: number; patient?: boolean; readonly?: boolean },
): PostgresPool & { onError: (listener: (error: Error) => void) => void } {
  const pool = new pg.Pool({ ...connectionOptions(url, how), max: size, idleTimeoutMillis: 30_000 });
  const listeners: ((error: Error) => void)[] = [];
  // A connection that breaks while nobody uses it; the next one is opened when it is asked for.
  pool.on('error', (error) => listeners.forEach((tell) => tell(error)));
  const prepared = new WeakMap<object, Map<string, string>>();
  return {
    onError: (listener) => void listeners.push(listener),
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw storeError(error);
      });
      const names = prepared.get(client) ?? new Map<string, string>();
      prepared.set(client, names);
      return wrap(client, names);
    },
    end: () => pool.end(),
  };
}

function wrap(client: pg.PoolClient, names: Map<string, string>): PostgresPoolClient {
  let broken: Error | undefined;
  return {
    query: (async (text: string, parameters: readonly unknown[]) => {
      try {
        if (parameters.length === 0) return await client.query(text);
        return await client.query({ ...named(names, text), values: parameters.map(asText) });
      } catch (error) {
        const trouble = storeError(error);
        if (trouble.code === 'STORE_UNREACHABLE') broken = trouble;
        throw trouble;
      }
    }) as unknown as PostgresPoolClient['query'],
    release: () => client.release(broken),
  };
}

/** Prepared under a name while there is room, unnamed after: a name stays for the life of the connection. */
function named(names: Map<string, string>, text: string): { name?: string; text: string } {
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MAX_PREPARED) return { text };
    name = createHash('sha256').update(text).digest('base64url').slice(0, 40);
    names.set(text, name);
  }
  return { name, text };
}

/** PostgreSQL's text takes every character but NUL. What is no number is null, as SQLite has it. */
function asText(value: unknown): unknown {
  if (Number.isNaN(value)) return null;
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
