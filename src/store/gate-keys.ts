import { randomBytes } from 'node:crypto';
import { gateSecret } from '../config/gate-secret.ts';

/** Keys of the gate that its tables are read and written with. Read when first asked for, so that a reader makes none. */
export interface GateKeys {
  /** Chains the audit log. */
  audit: () => Buffer;
  /** Hashes the addresses of people who were erased. */
  erased: () => Buffer;
}

/**
 * The keys of a data folder.
 *
 * @param dataDir null = keys that end with the process, for a database in memory
 */
export function gateKeys(dataDir: string | null): GateKeys {
  const key = (name: 'audit' | 'erased'): (() => Buffer) => {
    let known: Buffer | null = null;
    return () => (known ??= dataDir === null ? randomBytes(32) : gateSecret(dataDir, name));
  };
  return { audit: key('audit'), erased: key('erased') };
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
