import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { finishExchange } from '../backup/swap.ts';
import { bringUpToDate } from '../backup/up-to-date.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import type { Database } from '../store/database.ts';
import { requireNotMoved } from '../store/moved-store.ts';
import { rememberKeys, requireSameKeys } from '../store/shared-keys-store.ts';
import { DATABASE, openStore } from '../store/open.ts';
import { gateRuns } from '../store/gate-lock.ts';

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

/** The folder that relative paths in the configuration start from. */
export function configBase(config: Config): string {
  return dirname(config.source ?? config.data_dir);
}

/** Path of the SQLite file that holds state, queue and CRM mirror. */
export function databasePath(config: Config): string {
  return join(config.data_dir, DATABASE);
}

/**
 * Runs `work` with the gate's database, migrated to the newest schema, and closes it after.
 *
 * @throws the system's errors when the folder cannot be written
 */
export async function withDatabase<T>(
  command: Command,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  return open(configFor(command), work);
}

/**
 * As `withDatabase`, for commands that only make sense where a gate has run: a mistyped folder is told and not created.
 *
 * @throws UserError when there is no database
 */
export async function withExistingDatabase<T>(
  command: Command,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = configFor(command);
  await finishExchange(config.data_dir, { locked: false });
  const path = databasePath(config);
  if (config.store === 'sqlite' && !existsSync(path)) {
    throw new UserError(
      `there is no database at ${path}; start the gate once or name another folder with --data`,
    );
  }
  return open(config, work);
}

/**
 * As `withExistingDatabase`, with a connection that cannot write: for commands that promise to change nothing. The schema is
 * brought up to date first.
 */
export async function withReadOnlyDatabase<T>(
  command: Command,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = await withExistingDatabase(command, async (_, config) => config);
  const database = openStore(config, { readonly: true });
  try {
    return await work(database, config);
  } finally {
    await database.close();
  }
}

async function open<T>(config: Config, work: (database: Database, config: Config) => Promise<T>): Promise<T> {
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 });
  await finishExchange(config.data_dir, { locked: false });
  const database = openStore(config);
  try {
    // A gate that runs has done so when it started.
    if (!gateRuns(config.data_dir)) database.secureLog();
    await requireNotMoved(database);
    await requireSameKeys(database, config.data_dir);
    const { backup, trouble } = await bringUpToDate(database, config.data_dir, Date.now);
    await rememberKeys(database, config.data_dir);
    if (backup)
      process.stderr.write(`The database was brought up to date; as it was before: ${backup.path}\n`);
    if (trouble !== null) {
      const what = backup
        ? 'Old backups from before updates could not be deleted'
        : 'The database was brought up to date without a backup';
      process.stderr.write(`${what}: ${trouble}\n`);
    }
    return await work(database, config);
  } finally {
    await database.close();
  }
}
