import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What an account owner may do with an escalated mail from the link in its summary. */
export const LINK_ACTS = ['release', 'take_over', 'close'] as const;
export type LinkAct = (typeof LINK_ACTS)[number];

interface LinkClaims {
  deliveryId: string;
  act: LinkAct;
  /** The account owner it was sent to; acts are recorded under this name. */
  person: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** The key that signs links: made on first use, kept in the data folder, readable by its owner only. */
export function signingKey(dataDir: string): Buffer {
  const path = join(dataDir, 'secrets/link.key');
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

const mac = (key: Buffer, payload: string): Buffer => createHmac('sha256', key).update(payload).digest();

/** A token for a link: claims and their HMAC-SHA-256, URL-safe. */
export function signLink(key: Buffer, claims: LinkClaims): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${payload}.${mac(key, payload).toString('base64url')}`;
}

/** @returns the claims, or null when the token is forged, damaged or expired */
export function readLink(key: Buffer, token: string, now: number): LinkClaims | null {
  const [payload, signature, ...rest] = token.split('.');
  if (!payload || !signature || rest.length > 0) return null;
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(key, payload);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as LinkClaims;
  return claims.expires > now ? claims : null;
}
