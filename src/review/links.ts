import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What an account owner may do with an escalated mail from the link in its summary. */
export const ESCALATION_ACTS = ['release', 'take_over', 'close'] as const;
/** What a reviewer may do with a held mail from the link in a notification. */
export const HOLD_ACTS = ['release', 'reject', 'escalate'] as const;
/** Every act a signed link can stand for. */
const LINK_ACTS = ['release', 'reject', 'escalate', 'take_over', 'close'] as const;
export type LinkAct = (typeof LINK_ACTS)[number];

const claimsSchema = z.object({
  deliveryId: z.string(),
  act: z.enum(LINK_ACTS),
  /** Whom it was sent to; acts are recorded under this name. */
  person: z.string(),
  /** Milliseconds since the epoch. */
  expires: z.number(),
  /** Where the delivery stood when the link was sent; the act is for no other state. */
  state: z.enum(['held', 'escalated']).default('escalated'),
  /** `seenState` of the delivery at that time; null in links from before there was one. */
  seen: z.string().nullable().default(null),
});
export type LinkClaims = z.output<typeof claimsSchema>;

const mac = (key: Buffer, payload: string): Buffer => createHmac('sha256', key).update(payload).digest();

/** A token for a link: claims and their HMAC-SHA-256, URL-safe. The same claims give the same token. */
export function signLink(key: Buffer, claims: z.input<typeof claimsSchema>): string {
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
  const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return claims.success && claims.data.expires > now ? claims.data : null;
}

/** What a token is remembered by once it was used. Damage that base64url hides does not make it another one. */
export function linkId(token: string): string {
  return createHash('sha256').update(token.split('.', 1)[0]!).digest('hex');
}

/**
 * Proves that its page was opened: the form carries it. Whoever has only the link (a form in a mail, a scanner that posts to
 * what it finds) has to look first.
 */
export function lookProof(key: Buffer, token: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['look', token]))
    .digest('base64url');
}

export function isLookProof(key: Buffer, token: string, proof: unknown): boolean {
  const expected = Buffer.from(lookProof(key, token));
  const given = Buffer.from(typeof proof === 'string' ? proof : '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
