import { existsSync } from 'node:fs';
import { mkdir, readdir, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { bytes } from '../insight/words.ts';
import { SqliteDatabase } from '../store/sqlite-database.ts';
import { lockDataFolder } from '../store/gate-lock.ts';
import { migrations } from '../store/migrations/index.ts';
import { requireSound } from './database-store.ts';
import {
  CONFIG,
  copyDurably,
  isOwn,
  type OnProgress,
  removeFolder,
  requireFiles,
  syncFolders,
} from './files.ts';
import { listBackups } from './list.ts';
import { DATABASE, type Manifest, readManifest } from './manifest.ts';
import { noteRestore, reconcile, type Reconciled } from './reconcile-store.ts';
import type { Opening } from './seal.ts';
import { exchange, exchangeUnfinished, finishExchange } from './swap.ts';

/** A backup that was asked for. */
export interface FoundBackup {
  path: string;
  manifest: Manifest;
}

/**
 * @param path of a backup, or of a folder of backups: then the newest
 * @throws UserError when there is none, or this presend cannot read it
 */
export async function findBackup(path: string): Promise<FoundBackup> {
  const manifest = readManifest(path);
  const found = manifest ? { path, manifest } : (await backupsIn(path))[0];
  if (!found) throw new UserError(`${path} is no backup, and there is none in it`);
  const unknown = found.manifest.migrations.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new UserError(
      `${found.path} was made by presend ${found.manifest.presend}, whose database this one does not know (${unknown.join(', ')}); restore it with that version or a newer one`,
    );
  }
  return found;
}

async function backupsIn(folder: string): Promise<FoundBackup[]> {
  const seen = await stat(folder).catch(() => null);
  if (!seen) throw new UserError(`there is no ${folder}`);
  return seen.isDirectory() ? listBackups(folder) : [];
}

export interface RestoreOptions {
  backup: FoundBackup;
  dataDir: string;
  /** Opens an encrypted backup. */
  opening: Opening | null;
  /** Exchange a database that is there. */
  force: boolean;
  /** The gate sent nothing since the backup was made: deliveries go on where they stood. */
  trustNothingSent: boolean;
  actor: string;
  now: () => number;
  /** After so long holds run out that begin anew, milliseconds. */
  holdMs: number;
  onProgress?: OnProgress;
  /** How many deliveries are settled, of how many. */
  onSettled?: (done: number, total: number) => void;
}

export interface Restored {
  /** What waits for a person now; null = nothing, as asked for. */
  reconciled: Reconciled | null;
  /** Migrations the restored database was given. */
  migrated: string[];
  /** Where what was there before is now; null = there was nothing. */
  aside: string | null;
  /** Where the configuration is that came with the backup; null = none did. */
  config: string | null;
}

/**
 * Puts a backup into a data folder on which no gate works. Everything is made ready beside what is there, and checked: until the last
 * step, an exchange that is carried out wholly or not at all, nothing of it is touched.
 *
 * @throws UserError when the backup is not whole, a gate is running, there is a database and `force` was not given, or the exchange
 *   failed half way: it goes on from there at the next start or restore
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { dataDir, force, trustNothingSent, backup } = options;
  if (trustNothingSent && backup.manifest.gate_running) {
    throw new UserError(
      'a gate was running when this backup was made, so it went on sending after it; restore it without --trust-nothing-sent',
    );
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(dataDir);
  const staging = '.restoring';
  try {
    await finishExchange(dataDir, { locked: true });
    if (!force && existsSync(join(dataDir, DATABASE))) {
      throw new UserError(
        `there is a database in ${dataDir} already; --force moves it aside (nothing of it is deleted), or name another folder with --data`,
      );
    }
    await removeFolder(join(dataDir, staging));
    const ready = await makeReady(options, join(dataDir, staging));
    const fresh = await readdir(join(dataDir, staging));
    const old = (await readdir(dataDir)).filter(
      (name) => isOwn(name) || isDatabase(name) || fresh.includes(name),
    );
    const stamp = new Date(options.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const aside = await freeAside(dataDir, `before-restore-${stamp}Z`);
    await exchange(dataDir, { aside, staging, old, fresh });
    if (old.length === 0) await rmdir(join(dataDir, aside));
    return {
      ...ready,
      aside: old.length === 0 ? null : join(dataDir, aside),
      config: fresh.includes(CONFIG) ? join(dataDir, CONFIG) : null,
    };
  } finally {
    if (!exchangeUnfinished(dataDir)) await removeFolder(join(dataDir, staging));
    unlock();
  }
}

/**
 * Reads a whole backup and changes nothing: whether it could be restored.
 *
 * @param dataDir where an encrypted one is opened for the time it takes
 * @throws UserError that says what is wrong with it
 */
export async function checkBackup({
  backup,
  dataDir,
  opening,
  onProgress,
}: Pick<RestoreOptions, 'backup' | 'dataDir' | 'opening' | 'onProgress'>): Promise<void> {
  const { path, manifest } = backup;
  const folder = join(dataDir, '.checking');
  try {
    if (manifest.sealed) await open({ backup, opening }, folder);
    const opened = manifest.sealed ? folder : path;
    await requireFiles(opened, manifest.files, onProgress);
    requireSound(join(opened, DATABASE), manifest.tables);
  } finally {
    await removeFolder(folder);
  }
}

async function makeReady(
  options: RestoreOptions,
  folder: string,
): Promise<Pick<Restored, 'reconciled' | 'migrated'>> {
  const { backup, actor, now, onProgress } = options;
  const { path, manifest } = backup;
  await requireRoom(manifest, options.dataDir);
  if (manifest.sealed) {
    await open(options, folder);
  } else {
    await mkdir(folder, { mode: 0o700 });
    for (const file of Object.keys(manifest.files)) {
      await copyDurably(join(path, file), join(folder, file)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new UserError(`the backup is not whole: ${file} is missing`);
      });
    }
  }
  await requireFiles(folder, manifest.files, onProgress);
  const file = join(folder, DATABASE);
  requireSound(file, manifest.tables);
  const database = new SqliteDatabase(file);
  let reconciled: Reconciled | null = null;
  let migrated: string[];
  try {
    migrated = await database.migrate();
    const by = { backupAt: Date.parse(manifest.at), actor, now: now() };
    if (options.trustNothingSent) await noteRestore(database, by);
    else {
      reconciled = await reconcile(database, {
        ...by,
        expiresAt: by.now + options.holdMs,
        ...(options.onSettled && { onProgress: options.onSettled }),
      });
    }
  } finally {
    // The last connection takes the write-ahead log back into the file.
    await database.close();
  }
  await syncFolders(folder);
  return { reconciled, migrated };
}

async function open(
  { backup, opening }: Pick<RestoreOptions, 'backup' | 'opening'>,
  to: string,
): Promise<void> {
  if (opening === null) throw new UserError('the backup is encrypted; say what opens it');
  await removeFolder(to);
  await mkdir(to, { recursive: true, mode: 0o700 });
  const { unseal } = await import('./seal.ts');
  await unseal(backup.path, to, opening);
}

async function requireRoom({ files }: Manifest, dataDir: string): Promise<void> {
  const needed = Object.values(files).reduce((sum, one) => sum + one.bytes, 0) * 1.2 + 16e6;
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize >= needed) return;
  throw new UserError(
    `there are ${bytes(bavail * bsize)} free in ${dataDir}, and the restore needs about ${bytes(needed)}; make room first`,
  );
}

const isDatabase = (name: string): boolean => /^presend\.db(?:-wal|-shm|-journal)?$/.test(name);

async function freeAside(dataDir: string, name: string): Promise<string> {
  const taken = new Set(await readdir(dataDir));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  return free;
}
