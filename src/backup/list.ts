import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { syncPath, removeFolder } from './files.ts';
import { type Manifest, readManifest } from './manifest.ts';

/** A finished backup in a folder. */
export interface KnownBackup {
  path: string;
  manifest: Manifest;
}

const NAME = /^presend-\d{8}T\d{6}Z(?:-\d+)?$/;

/** Finished backups in a folder, newest first. What has no manifest that can be read is left out: it is not known to be one. */
export async function listBackups(folder: string): Promise<KnownBackup[]> {
  const found: KnownBackup[] = [];
  for (const name of (await readdir(folder)).filter((entry) => NAME.test(entry))) {
    const path = join(folder, name);
    const manifest = readable(path);
    if (manifest) found.push({ path, manifest });
  }
  return found.toSorted(
    (a, b) => Date.parse(b.manifest.at) - Date.parse(a.manifest.at) || b.path.localeCompare(a.path),
  );
}

function readable(path: string): Manifest | null {
  try {
    return readManifest(path);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** What to keep: the newest so many, and those younger than so many days; a backup that either of them keeps is kept. */
export interface Retention {
  keep: number | null;
  keepDays: number | null;
}

/**
 * Deletes old backups of one gate. Only finished ones of the same gate are touched, and never the newest; where nothing says what to
 * keep, all are kept.
 *
 * @returns the folders that were deleted
 */
export async function deleteOld(
  folder: string,
  gate: string,
  { keep, keepDays }: Retention,
  now: number,
): Promise<string[]> {
  await removeLeftovers(folder);
  if (keep === null && keepDays === null) return [];
  const own = (await listBackups(folder)).filter(({ manifest }) => manifest.gate === gate);
  const isKept = ({ manifest }: KnownBackup, index: number): boolean =>
    index === 0 ||
    (keep !== null && index < keep) ||
    (keepDays !== null && Date.parse(manifest.at) > now - keepDays * 86_400_000);
  const old = own.filter((one, index) => !isKept(one, index)).map(({ path }) => path);
  for (const path of old.toReversed()) {
    // Out of sight first: a deletion that is cut short leaves nothing that looks like a backup.
    const doomed = path.replace(/presend-([^/\\]+)$/, `${DOOMED}$1`);
    await rename(path, doomed);
    syncPath(folder);
    await removeFolder(doomed);
  }
  return old;
}

const DOOMED = '.presend-deleted-';

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith(DOOMED))) {
    await removeFolder(join(folder, name));
  }
}
