import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `link` signs links, `derive` is what others are derived from, `audit` chains the audit log, `erased` hashes erased addresses. */
type SecretName = 'link' | 'derive' | 'audit' | 'audit.new' | 'erased';

/** Where a key of the gate's own lies. */
export function secretPath(dataDir: string, name: SecretName): string {
  return join(dataDir, `secrets/${name}.key`);
}

/** A 32-byte key of the gate's own: made on first use, kept in the data folder, readable by its owner only. */
export function gateSecret(dataDir: string, name: SecretName): Buffer {
  const path = secretPath(dataDir, name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // `wx`: of two processes that start at once only one writes.
    try {
      writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(path);
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
