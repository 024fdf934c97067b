import { createHmac, timingSafeEqual } from 'node:crypto';

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
