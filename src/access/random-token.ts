import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A new random token: 256 bits, base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token: it holds 256 random bits, so that a plain hash keeps it as well as a slow one would. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The CSRF token of a session: follows from the cookie's value, which no other site can read, and is stored nowhere. */
export function csrfToken(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('csrf').digest('base64url');
}
