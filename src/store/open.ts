import { join } from 'node:path';
import { type StoreConfig, postgresUrl } from '../config/store.ts';
import type { Database } from './database.ts';
import { PostgresDatabase } from './postgres/database.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Name of the SQLite file in the data folder. */
export const DATABASE = 'presend.db';

/**
 * The database that the configuration names, not migrated yet.
 *
 * @param options.readonly nothing can be changed through it
 * @throws UserError when its password cannot be read; SQLite's errors when there is no such file to read
 */
export function openStore(config: StoreConfig, options: { readonly?: boolean } = {}): Database {
  const url = postgresUrl(config);
  return url === null
    ? new SqliteDatabase(join(config.data_dir, DATABASE), options)
    : new PostgresDatabase(url, config.data_dir, options);
}
