import { finishExchange } from '../backup/swap.ts';
import { bringUpToDate } from '../backup/up-to-date.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { requireNotMoved } from '../store/moved-store.ts';
import { rememberKeys, requireSameKeys } from '../store/shared-keys-store.ts';
import { openStore } from '../store/open.ts';
import { lockDataFolder } from '../store/gate-lock.ts';

/**
 * Takes the data folder for this gate and opens its database, up to date.
 *
 * @returns the database and how to let go of the folder, after the database is closed
 * @throws UserError when another gate has the folder, the gate was moved to another store, or the database is a newer presend's
 */
export async function openDatabase(
  config: Config,
  { log, now }: { log: Logger; now: () => number },
): Promise<{ database: Database; unlock: () => void }> {
  const { data_dir: dataDir } = config;
  const unlock = lockDataFolder(dataDir);
  let database: Database | null = null;
  try {
    await finishExchange(dataDir, { locked: true });
    database = openStore(config);
    database.secureLog();
    await requireNotMoved(database);
    await requireSameKeys(database, dataDir);
    const { applied, backup, trouble } = await bringUpToDate(database, dataDir, now);
    await rememberKeys(database, dataDir);
    if (backup)
      log.info({ applied, backup: backup.path }, 'the database was brought up to date, after a backup');
    if (trouble !== null) {
      log.warn(
        { applied, trouble },
        backup
          ? 'old backups from before updates could not be deleted'
          : 'the database was brought up to date without a backup of what was before',
      );
    }
    return { database, unlock };
  } catch (error) {
    await database?.close();
    unlock();
    throw error;
  }
}
