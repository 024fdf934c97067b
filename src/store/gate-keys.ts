import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { gateSecret, secretPath } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';

/** Keys that what is in the tables was written under: with another one in its place they mean nothing. */
export type GateKey = 'audit' | 'erased';

/** Keys of the gate that its tables are read and written with. Read when first asked for, so that a reader makes none. */
export interface GateKeys {
  /**
   * Chains the audit log.
   *
   * @throws UserError when it is lost: under another key no entry would fit any more
   */
  audit: () => Buffer;
  /**
   * Hashes the addresses of people who were erased.
   *
   * @throws UserError when it is lost and people were erased: under another key they would be known no more, and mailed again
   */
  erased: () => Buffer;
}

const WITHOUT: Record<GateKey, string> = {
  audit: 'without it nobody can tell whether the audit log was changed',
  erased: 'without it presend no longer knows who was erased and must not be mailed',
};

/** What to say where a key is lost. */
export function lostKey(dataDir: string, name: GateKey): string {
  return (
    `${secretPath(dataDir, name)} is missing, and ${WITHOUT[name]}: restore it from the backup (secrets/${name}.key); ` +
    `if there is none, "presend keys replace ${name}" says what is lost and goes on with a new one`
  );
}

/**
 * Whether the file of a key is not there although the database was written under it.
 *
 * @param inUse whether anything in the database was; asked only where the file is missing
 */
export function isLost(dataDir: string, name: GateKey, inUse: () => boolean): boolean {
  const path = secretPath(dataDir, name);
  // Old entries are being chained under a key that has its name afterwards.
  if (existsSync(path) || (name === 'audit' && existsSync(secretPath(dataDir, 'audit.new')))) return false;
  // Looked at again: another process may have brought it to its name since.
  return inUse() && !existsSync(path);
}

/**
 * The keys of a data folder.
 *
 * @param dataDir null = keys that end with the process, for a database in memory
 * @param inUse whether anything in the database was written under them; asked only where a key is not there
 */
export function gateKeys(dataDir: string | null, inUse: Record<GateKey, () => boolean>): GateKeys {
  const once = (name: GateKey): (() => Buffer) => {
    let known: Buffer | null = null;
    return () => (known ??= dataDir === null ? randomBytes(32) : read(dataDir, name));
  };
  const read = (folder: string, name: GateKey): Buffer => {
    if (isLost(folder, name, inUse[name])) throw new UserError(lostKey(folder, name));
    return gateSecret(folder, name);
  };
  return { audit: once('audit'), erased: once('erased') };
}

const bound = new WeakMap<object, GateKeys>();

/** Says which keys belong to a connection. */
export function bindKeys(db: object, keys: GateKeys): void {
  bound.set(db, keys);
}

/** @throws Error for a connection that no `Database` opened */
export function keysOf(db: object): GateKeys {
  const keys = bound.get(db);
  if (!keys) throw new Error('this connection was not opened by Database');
  return keys;
}
