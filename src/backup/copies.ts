import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder, syncPath } from './files.ts';

/** Folder in the data folder with the backups that are made before the schema changes. */
export const BEFORE_UPDATE = 'before-update';

/** A copy of the gate's data as it was once, inside the data folder: it holds what was removed since. */
export interface OldCopy {
  /** Relative to the data folder, e.g. `before-restore-20260504T100000Z`. */
  path: string;
  /** When it was made, milliseconds since the epoch; its name says so. */
  at: number;
}

const DAY_MS = 86_400_000;
const RESTORED = /^before-restore-(\d{8}T\d{6})Z(?:-\d+)?$/;
/** One that is being deleted begins with another word (`backup/list.ts`); what a cut left of it counts as well. */
const UPDATED = /^\.?presend-(?:deleted-)?(\d{8}T\d{6})Z(?:-\d+)?$/;

/** Copies that restores and updates left in a data folder, oldest first. */
export async function oldCopies(dataDir: string): Promise<OldCopy[]> {
  const found: OldCopy[] = [];
  const add = (path: string, name: string, pattern: RegExp): void => {
    const at = timeOf(pattern.exec(name)?.[1]);
    if (at !== null) found.push({ path, at });
  };
  for (const entry of await readdir(dataDir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    add(entry.name, entry.name, RESTORED);
    if (entry.name !== BEFORE_UPDATE) continue;
    for (const name of await readdir(join(dataDir, BEFORE_UPDATE)))
      add(join(BEFORE_UPDATE, name), name, UPDATED);
  }
  return found.toSorted((a, b) => a.at - b.at);
}

/**
 * Deletes the copies that are older than so many days. A deletion that is cut short is finished by the next.
 *
 * @returns their paths, relative to the data folder
 */
export async function deleteOldCopies(dataDir: string, days: number, now: number): Promise<string[]> {
  const old = (await oldCopies(dataDir)).filter(({ at }) => at <= now - days * DAY_MS);
  for (const { path } of old) await removeFolder(join(dataDir, path));
  if (old.length > 0) syncPath(dataDir);
  const updates = join(dataDir, BEFORE_UPDATE);
  if (old.length > 0 && existsSync(updates)) syncPath(updates);
  return old.map(({ path }) => path);
}

/** @param stamp like `20260504T100000` @returns null when it is no time */
function timeOf(stamp: string | undefined): number | null {
  if (stamp === undefined) return null;
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z'));
  return Number.isNaN(at) ? null : at;
}
