import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { newestRecord } from '../insight/health-store.ts';
import { listEngines } from '../intake/engine-store.ts';
import type { Database } from '../store/database.ts';
import { DATABASE, openStore } from '../store/open.ts';
import { gateRuns } from '../store/gate-lock.ts';
import { accountsCheck } from './accounts.ts';
import { type AdapterCheckOptions, adapterCheck } from './adapter.ts';
import { postgresChecks } from './postgres.ts';
import { certificateCheck } from './certificate.ts';
import { type Check, failed, warning } from './check.ts';
import { copiesCheck } from './copies.ts';
import { acceptedBytes } from './database-store.ts';
import { databaseChecks } from './database.ts';
import { gateCheck } from './gate.ts';
import { keysCheck } from './keys.ts';
import { machineChecks } from './machine.ts';
import { movedCheck } from './moved.ts';
import { permissionChecks } from './permissions.ts';
import { holdsSecrets, settingsCheck } from './settings.ts';
import { upstreamsCheck } from './upstreams.ts';

export interface DoctorOptions {
  /** Indexes and references of the database too. */
  full: boolean;
  adapter: AdapterCheckOptions;
  /** Ask upstreams and accounts. */
  network: boolean;
  now: number;
}

/** All that can be looked at from outside a gate, in the order it is told. `close` lets go of the database. */
export async function openDoctor(
  config: Config,
  { full, adapter, network, now }: DoctorOptions,
): Promise<{ checks: Check[]; close: () => Promise<void> }> {
  const path = join(config.data_dir, DATABASE);
  const onPostgres = config.store !== 'sqlite';
  const there = onPostgres || existsSync(path);
  const database = there ? openReadOnly(config) : null;
  const db = database === null || database instanceof Error ? null : database;
  // A damaged database must not keep the rest from being looked at.
  const read = <T>(work: (from: Database['db']) => Promise<T>, otherwise: T): Promise<T> =>
    db ? work(db.db).catch(() => otherwise) : Promise.resolve(otherwise);
  const openEngines = await read(
    async (from) =>
      (await listEngines(from)).filter((one) => one.loopbackWithoutAuth).map(({ name }) => name),
    [],
  );
  const checks: Check[] = [
    gateCheck(config, existsSync(config.data_dir) && gateRuns(config.data_dir)),
    ...(db
      ? onPostgres
        ? postgresChecks(db, config.store)
        : databaseChecks(db, path, { full })
      : [{ id: 'integrity', title: 'Database', look: () => (there ? unreadable(database) : missing(path)) }]),
    ...(db ? [movedCheck(db)] : []),
    ...(existsSync(config.data_dir)
      ? [
          ...permissionChecks({
            dataDir: config.data_dir,
            configFile: config.source,
            configHoldsSecrets: holdsSecrets(config),
          }),
          ...(db ? [keysCheck(db, config.data_dir)] : []),
          copiesCheck(config.data_dir, config.retention.copies_days, now),
          ...machineChecks({
            dataDir: config.data_dir,
            now,
            accepted: await read((from) => acceptedBytes(from, now - 7 * 86_400_000), null),
            databaseFile: path,
            reserve: config.storage.min_free_mb * 1e6,
            newestRecord: await read(newestRecord, null),
          }),
        ]
      : []),
    certificateCheck(config, now),
    settingsCheck(config, openEngines),
    adapterCheck(config, adapter),
    ...(network ? [upstreamsCheck(config, now), accountsCheck(config, now)] : []),
  ];
  return { checks, close: async () => db?.close() };
}

function openReadOnly(config: Config): Database | Error {
  try {
    return openStore(config, { readonly: true });
  } catch (error) {
    return error as Error;
  }
}

const missing = (path: string) =>
  warning(
    `There is none yet at ${path}.`,
    'The first start makes it; or name the right data folder with --data.',
  );

const unreadable = (error: unknown) =>
  failed(
    `It cannot be opened: ${(error as Error).message}.`,
    'See whether this user may read it and its file system is mounted for writing; if it is damaged, restore a backup (docs/OPERATING.md).',
  );
