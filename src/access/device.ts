import { timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { deriveSecret } from '../config/gate-secret.ts';
import { type AccessContext, isSecure } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';
import { emailKey } from './email-key.ts';
import { newToken } from './random-token.ts';

const A_YEAR_MS = 365 * 86_400_000;

/**
 * Browsers somebody has signed in with before are told apart from strangers' (OWASP's device cookies): failures there are
 * counted on that browser alone, so that guesses from elsewhere cannot lock the account's owner out.
 */
export function markDevice(
  context: Pick<AccessContext, 'key' | 'config'>,
  email: string,
  { req, res }: { req: Request; res: Response },
): void {
  if (knownDevice(context, email, req) !== null) return;
  const nonce = newToken();
  setCookie(res, 'presend_device', `${nonce}.${proof(context.key, email, nonce)}`, {
    secure: isSecure(context, req),
    maxAgeMs: A_YEAR_MS,
  });
}

/** @returns what failures in this browser are counted on; null for a browser this account was not used in */
export function knownDevice(
  context: Pick<AccessContext, 'key' | 'config'>,
  email: string,
  req: Request,
): string | null {
  const [nonce, given] = (readCookie(req, 'presend_device', isSecure(context, req)) ?? '').split('.', 2);
  if (!nonce || !given) return null;
  const right = Buffer.from(proof(context.key, email, nonce));
  const presented = Buffer.from(given);
  return right.length === presented.length && timingSafeEqual(right, presented) ? nonce : null;
}

function proof(key: Buffer, email: string, nonce: string): string {
  return deriveSecret(key, 'device', emailKey(email), nonce).toString('base64url');
}
