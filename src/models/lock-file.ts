import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import { sha256File, writeWhole } from './files.ts';

const record = z.strictObject({
  sha256: z.string(),
  bytes: z.number(),
  /** Modification time when it was last hashed, in milliseconds since the epoch. */
  modified: z.number(),
  /** Where it came from, for people: an address with its commit, a folder, or what it was imported from. */
  from: z.string(),
  /** ISO time when it was got or first hashed. */
  at: z.string(),
});

const lockSchema = z.strictObject({ format: z.literal(1), files: z.record(z.string(), record) });

export type FileRecord = z.infer<typeof record>;

/**
 * What was fetched or imported into a models folder, kept beside the models (`models.lock.json`): sums of files whose
 * registry entry knows none, and which files were hashed since they last changed.
 */
export class LockFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** null: never recorded. @throws UserError when the lock file is not readable as one */
  get(path: string): FileRecord | null {
    return this.#read().files[this.#key(path)] ?? null;
  }

  /** The record of a file that has not changed since it was hashed; null otherwise. */
  async current(path: string): Promise<FileRecord | null> {
    const known = this.get(path);
    if (!known) return null;
    const info = await stat(path).catch(() => null);
    return info?.size === known.bytes && info.mtimeMs === known.modified ? known : null;
  }

  /** Records a file as it is now; `sha256` must be its sum. */
  async put(path: string, sha256: string, from: string): Promise<FileRecord> {
    const { size, mtimeMs } = await stat(path);
    const entry = { sha256, bytes: size, modified: mtimeMs, from, at: new Date().toISOString() };
    const lock = this.#read();
    lock.files[this.#key(path)] = entry;
    writeWhole(this.#path, `${JSON.stringify(lock, null, 2)}\n`);
    return entry;
  }

  /** The sum of a file, from the record where it has not changed since, else computed. */
  async sha256(path: string): Promise<string> {
    return (await this.current(path))?.sha256 ?? (await sha256File(path));
  }

  get #path(): string {
    return join(this.#folder, 'models.lock.json');
  }

  #read(): z.infer<typeof lockSchema> {
    if (!existsSync(this.#path)) return { format: 1, files: {} };
    try {
      return lockSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      throw new UserError(
        `${this.#path}: this is not a lock file of presend's; delete it, then run "presend models verify"`,
      );
    }
  }

  /** Relative inside the folder, so that it can be moved as a whole. */
  #key(path: string): string {
    const inside = relative(this.#folder, path);
    return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
  }
}
