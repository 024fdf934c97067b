import { type Kysely, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';

/** What a PostgreSQL server says of itself. */
export interface ServerFacts {
  version: string;
  /** `server_version_num`, e.g. 150018. */
  number: number;
  /** Of the database, bytes. */
  size: number;
  encoding: string;
  fsync: string;
  synchronous: string;
  /** Whether it is in recovery. */
  standby: number;
  /** Its time, milliseconds since the epoch. */
  now: number;
}

export async function serverFacts(db: Kysely<Schema>): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`select
    current_setting('server_version') as version,
    current_setting('server_version_num')::bigint as number,
    pg_database_size(current_database()) as size,
    current_setting('server_encoding') as encoding,
    current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as synchronous,
    pg_is_in_recovery() as standby,
    (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  return rows[0]!;
}
