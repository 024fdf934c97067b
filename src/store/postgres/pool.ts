import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { presendVersion } from '../../config/version.ts';
import { PostgresConnection } from './connection.ts';
import { storeError } from './trouble.ts';

/** How long a statement may take, a lock be waited for, and a transaction do nothing: a gate that stands still holds up no other. */
const STATEMENT_MS = 60_000;
const LOCK_MS = 15_000;
const IDLE_IN_TRANSACTION_MS = 5_000;

const { builtins } = pg.types;

/** Numbers as SQLite gives them: all of the gate's fit into a double. */
const AS_NUMBER: ReadonlySet<number> = new Set([builtins.INT8, builtins.NUMERIC]);
const AS_INTEGER: ReadonlySet<number> = new Set([builtins.BOOL]);

/** Lets pg send a statement before the one before it is answered; its types do not know it yet. */
export const PIPELINED = { pipeline: true };

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

/** A connection that one user has for himself until he gives it back. */
export interface OwnConnection extends PostgresPoolClient {
  readonly connection: PostgresConnection;
}

/** Connections that are one user's at a time, as Kysely's dialect sees them. */
export interface OwnConnections extends PostgresPool {
  connect: () => Promise<OwnConnection>;
}

/** @param options.onError told of each that breaks while nobody has it; the next one is opened when it is asked for */
export function openPool(
  url: string,
  {
    size,
    onError,
    ...how
  }: { size: number; patient?: boolean; readonly?: boolean; onError?: (error: Error) => void },
): OwnConnections {
  const pool = new pg.Pool({
    ...connectionOptions(url, how),
    ...PIPELINED,
    max: size,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', (error) => onError?.(error));
  const known = new WeakMap<object, PostgresConnection>();
  return {
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw storeError(error);
      });
      const connection = known.get(client) ?? new PostgresConnection(client);
      known.set(client, connection);
      return {
        connection,
        query: ((text: string, parameters: readonly unknown[]) =>
          connection.query(text, parameters)) as unknown as PostgresPoolClient['query'],
        release: () => client.release(connection.broken),
      };
    },
    end: () => pool.end(),
  };
}
