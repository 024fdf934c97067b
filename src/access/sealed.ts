import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveSecret } from '../config/gate-secret.ts';

/**
 * Encrypts a text for the database (AES-256-GCM), so that a copy of the file alone tells nothing.
 *
 * @param purpose what it is, e.g. `totp` and the user's id; opening needs the same
 */
export function seal(key: Buffer, purpose: string[], text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', deriveSecret(key, 'seal', ...purpose), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

/** @throws when it was sealed under another key or for another purpose, or was changed */
export function unseal(key: Buffer, purpose: string[], sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    deriveSecret(key, 'seal', ...purpose),
    bytes.subarray(0, 12),
  );
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}
