import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { Database } from '../store/database.ts';

/** Options every command shares; `register`ed on the program in cli/program.ts. */
export interface GlobalOptions {
  config?: string;
  data?: string;
}

/** The configuration a command runs under: `--config`, then `--data` on top of it. */
export function configFor(command: Command): Config {
  const options = command.optsWithGlobals<GlobalOptions>();
  return loadConfig({ path: options.config, dataDir: options.data });
}

/** Path of the SQLite file that holds state, queue and CRM mirror. */
export function databasePath(config: Config): string {
  return join(config.data_dir, 'presend.db');
}

/**
 * Runs `work` with the gate's database, migrated to the newest schema, and closes it after.
 *
 * @throws UserError when there is no database and `create` is not set
 */
export async function withDatabase<T>(
  command: Command,
  work: (database: Database, config: Config) => Promise<T>,
  { create = true }: { create?: boolean } = {},
): Promise<T> {
  const config = configFor(command);
  const path = databasePath(config);
  if (!create && !existsSync(path)) {
    throw new UserError(
      `there is no database at ${path}; start the gate once or name another folder with --data`,
    );
  }
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 });
  const database = new Database(path);
  try {
    await database.migrate();
    return await work(database, config);
  } finally {
    await database.close();
  }
}
