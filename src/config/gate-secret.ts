import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './user-error.ts';
import { keptFile } from './whole-file.ts';

/** `link` signs links, `derive` is what others are derived from, `audit` chains the audit log, `erased` hashes erased addresses. */
type SecretName = 'link' | 'derive' | 'audit' | 'audit.new' | 'audit.next' | 'erased';

/** Where a key of the gate's own lies. */
export function secretPath(dataDir: string, name: SecretName): string {
  return join(dataDir, `secrets/${name}.key`);
}

const KEY_BYTES = 32;

/**
 * A 32-byte key of the gate's own: made on first use, kept in the data folder, readable by its owner only.
 *
 * @throws UserError when the file is not a whole key: half a key would be guessed
 */
export function gateSecret(dataDir: string, name: SecretName): Buffer {
  const path = secretPath(dataDir, name);
  const key = keptFile(path, () => randomBytes(KEY_BYTES));
  if (key.length === KEY_BYTES) return key;
  throw new UserError(
    `${path} is damaged: it holds ${key.length} bytes and not ${KEY_BYTES}; restore it from a backup`,
  );
}

/** Whether a key is there and whole; makes none. */
export function hasSecret(dataDir: string, name: SecretName): boolean {
  const path = secretPath(dataDir, name);
  return existsSync(path) && statSync(path).size === KEY_BYTES;
}

/**
 * A secret that must be known again later, and so cannot be kept as a hash: derived from the gate's key, never stored.
 *
 * @param parts what it is for; other parts give an unrelated secret
 * @returns 32 bytes
 */
export function deriveSecret(key: Buffer, ...parts: (string | number)[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

/** Standard Webhooks secret that signs the events of an engine, as its owner writes it down. */
export function webhookSecret(key: Buffer, engine: { id: string; webhookSecretVersion: number }): string {
  return `whsec_${deriveSecret(key, 'webhook', engine.id, engine.webhookSecretVersion).toString('base64')}`;
}

/** Secret access key that belongs to a SigV4 access key id. */
export function sigv4Secret(key: Buffer, accessKeyId: string): string {
  return deriveSecret(key, 'sigv4', accessKeyId).toString('base64url').slice(0, 40);
}
