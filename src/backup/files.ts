import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import type { Manifest } from './manifest.ts';

/** How far a long step is, in bytes. */
export type OnProgress = (what: string, done: number, total: number) => void;

/** Folder for files outside the data folder that a backup takes along; a person puts them into place. */
export const CONFIG = 'config-of-backup';

/**
 * Entries of the data folder that are in no backup: the database (copied by itself), what is the machine's or can be had again,
 * earlier copies, and what a file system has in its root. All else is the gate's own and small: keys, certificates, the
 * saved rubric, own probe cases.
 */
const NOT_COPIED =
  /^(?:presend\.db.*|.*\.lock(?:-journal)?|outbox|models|backups|before-.*|config-of-backup|lost\+found|\..*)$/;

/** Whether an entry of the data folder is in backups and exchanged by a restore, the database left out. */
export function isOwn(name: string): boolean {
  return !NOT_COPIED.test(name);
}

/** Paths of the data folder's own files, relative to it, sorted. Whatever is no plain file (or a link to one) is left out. */
export async function ownFiles(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(dataDir)).filter(isOwn)) {
    await collect(dataDir, name, found);
  }
  return found.toSorted();
}

async function collect(base: string, path: string, found: string[]): Promise<void> {
  const seen = await stat(join(base, path));
  if (seen.isFile()) found.push(path);
  if (!seen.isDirectory()) return;
  for (const name of await readdir(join(base, path))) await collect(base, `${path}/${name}`, found);
}

/** Copies one file, readable by its owner only, durable on disk. The folder's own entry is synced by `syncFolders`. */
export async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await chmod(to, 0o600);
  syncPath(to);
}

/** Has a file's bytes, or a folder's entries, on disk when it returns. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Syncs a folder and all folders in it. */
export async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) syncPath(join(entry.parentPath, entry.name));
  }
  syncPath(folder);
}

/** @returns bytes and sha256 of a file, as the manifest holds them */
export async function fingerprint(
  path: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    onBytes(chunk.length);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Compares the files in a folder with what a manifest says of them.
 *
 * @throws UserError that names the first file that is missing, or is not as it was written
 */
export async function requireFiles(
  folder: string,
  files: Manifest['files'],
  onProgress: OnProgress = () => {},
): Promise<void> {
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const [path, said] of Object.entries(files)) {
    const found = await fingerprint(join(folder, path), (bytes) =>
      onProgress('checking', (done += bytes), total),
    ).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new UserError(`the backup is not whole: ${path} is missing`);
    });
    if (found.bytes !== said.bytes || found.sha256 !== said.sha256) {
      throw new UserError(`the backup is damaged: ${path} is not as it was written`);
    }
  }
}

/** Takes from everybody else the right to read what is in a folder. */
export async function forOwnerOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
}

/** Removes a folder that is half made; what is left of it is removed at the next backup. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
