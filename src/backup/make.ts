import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { presendVersion } from '../config/version.ts';
import { bytes } from '../insight/words.ts';
import { failPoint } from '../observability/fail-point.ts';
import { gateRuns, lockForBackup } from '../store/gate-lock.ts';
import { gateId } from '../transparent/loop.ts';
import { copyDatabase, requireSound } from './database-store.ts';
import {
  copyDurably,
  fingerprint,
  type OnProgress,
  ownFiles,
  removeFolder,
  requireFiles,
  syncFolders,
  syncPath,
} from './files.ts';
import { DATABASE, FORMAT, MANIFEST, type Manifest } from './manifest.ts';
import type { Sealing } from './seal.ts';

export interface BackupOptions {
  dataDir: string;
  /** Folder that gets the backup, as a folder of its own. */
  folder: string;
  reason: Manifest['reason'];
  now: () => number;
  /** null = not encrypted. */
  sealing?: Sealing | null;
  /** Files outside the data folder to take along, by the path they get in the backup. */
  extra?: Record<string, string>;
  onProgress?: OnProgress;
}

/** A finished backup. */
export interface MadeBackup {
  /** Its folder. */
  path: string;
  manifest: Manifest;
}

/**
 * Makes a backup beside a running gate: the database as it was at one moment, and the gate's own files. It is made under a hidden
 * name, read back, compared and synced, and gets its name last: under that name there is never half a backup.
 *
 * @throws UserError when it cannot be made, or does not read back as it should; nothing is left under its name then
 */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const { dataDir, folder, sealing = null } = options;
  const database = join(dataDir, DATABASE);
  if (!existsSync(database)) {
    throw new UserError(`there is no database at ${database}; name the gate's data folder with --data`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = lockForBackup(dataDir);
  const gate = gateId(dataDir);
  // Encrypted backups may go where nobody may read them: what is not encrypted yet stays in the data folder.
  const work = join(sealing ? dataDir : folder, `${unfinished(gate)}-content`);
  const target = sealing ? join(folder, `${unfinished(gate)}-sealed`) : work;
  try {
    // What an earlier one left that was killed.
    for (const one of new Set([work, target])) {
      await removeFolder(one);
      await mkdir(one, { mode: 0o700 });
    }
    await requireRoom(database, [work, target]);
    const content = await copyContent(options, work);
    const described: Omit<Manifest, 'sealed'> = {
      kind: 'presend-backup',
      format: FORMAT,
      gate,
      presend: presendVersion(),
      reason: options.reason,
      ...content,
    };
    const sealed = sealing ? await sealAndReadBack(options, work, target, described, sealing) : null;
    const manifest: Manifest = { ...described, sealed };
    await writeDurably(join(target, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolders(target);
    const path = await freeName(folder, new Date(manifest.at));
    await rename(target, path);
    failPoint('backup-renamed');
    syncPath(folder);
    return { path, manifest };
  } finally {
    await removeFolder(work);
    if (target !== work) await removeFolder(target);
    unlock();
  }
}

/** Under this name a backup of that gate is being made. */
const unfinished = (gate: string): string => `.presend-${gate.slice(0, 8)}`;

/** Copies all there is to copy, and looks at the copy. */
async function copyContent(
  { dataDir, now, extra = {}, onProgress = () => {} }: BackupOptions,
  to: string,
): Promise<Pick<Manifest, 'at' | 'gate_running' | 'migrations' | 'tables' | 'files'>> {
  const copy = join(to, DATABASE);
  let running = gateRuns(dataDir);
  const { at, migrations, tables } = await copyDatabase(join(dataDir, DATABASE), copy, {
    now,
    onProgress: (done, total) => onProgress('copying', done, total),
  });
  failPoint('backup-copied');
  running ||= gateRuns(dataDir);
  await chmod(copy, 0o600);
  const paths = [DATABASE];
  for (const path of await ownFiles(dataDir)) {
    await copyDurably(join(dataDir, path), join(to, path));
    paths.push(path);
  }
  for (const [path, source] of Object.entries(extra)) {
    await copyDurably(source, join(to, path));
    paths.push(path);
  }
  requireSound(copy, tables);
  const files: Manifest['files'] = {};
  for (const path of paths) files[path] = await fingerprint(join(to, path));
  return { at: new Date(at).toISOString(), gate_running: running, migrations, tables, files };
}

/** Encrypts, then opens what was written and compares it: what cannot be read back is no backup. */
async function sealAndReadBack(
  { dataDir, onProgress = () => {} }: BackupOptions,
  from: string,
  to: string,
  { files, tables }: Pick<Manifest, 'files' | 'tables'>,
  sealing: Sealing,
): Promise<Manifest['sealed']> {
  onProgress('encrypting', 0, 0);
  // Loaded for encrypted backups only, not by every gate that starts.
  const { seal, unseal } = await import('./seal.ts');
  const { sealed, opening } = await seal(from, Object.keys(files), to, sealing);
  const again = join(dataDir, `${unfinished(gateId(dataDir))}-again`);
  await removeFolder(from);
  await removeFolder(again);
  await mkdir(again, { mode: 0o700 });
  try {
    await unseal(to, again, opening);
    await requireFiles(again, files, onProgress);
    requireSound(join(again, DATABASE), tables);
  } finally {
    await removeFolder(again);
  }
  return sealed;
}

/** @throws UserError when a folder has too little room for a copy of the database */
async function requireRoom(database: string, folders: string[]): Promise<void> {
  const { size } = await stat(database);
  const wal = await stat(`${database}-wal`).catch(() => ({ size: 0 }));
  const needed = (size + wal.size) * 1.05 + 16e6;
  for (const folder of new Set(folders.map((one) => dirname(one)))) {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize >= needed) continue;
    throw new UserError(
      `there are ${bytes(bavail * bsize)} free in ${folder}, and the backup needs about ${bytes(needed)}; make room, or keep fewer (--keep)`,
    );
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** `presend-20261127T071500Z`, or with a number behind it where there is one of that second already. */
async function freeName(folder: string, at: Date): Promise<string> {
  const name = `presend-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const taken = new Set(await readdir(folder));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  return join(folder, free);
}
