import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { gateSecret, secretPath } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';

/** Keys of the gate that its tables are read and written with. Read when first asked for, so that a reader makes none. */
export interface GateKeys {
  /** Chains the audit log. */
  audit: () => Buffer;
  /**
   * Hashes the addresses of people who were erased.
   *
   * @throws UserError when it is lost and people were erased: under another key they would be known no more, and mailed again
   */
  erased: () => Buffer;
}

/**
 * The keys of a data folder.
 *
 * @param dataDir null = keys that end with the process, for a database in memory
 * @param anyErased whether the database remembers people who were erased; asked only where their key is not there
 */
export function gateKeys(dataDir: string | null, anyErased: () => boolean): GateKeys {
  const once = (read: (dataDir: string) => Buffer): (() => Buffer) => {
    let known: Buffer | null = null;
    return () => (known ??= dataDir === null ? randomBytes(32) : read(dataDir));
  };
  return {
    audit: once((folder) => gateSecret(folder, 'audit')),
    erased: once((folder) => {
      const path = secretPath(folder, 'erased');
      if (!existsSync(path) && anyErased()) {
        throw new UserError(
          `${path} is missing, and without it presend no longer knows who was erased and must not be mailed: restore it from the backup (secrets/erased.key)`,
        );
      }
      return gateSecret(folder, 'erased');
    }),
  };
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
