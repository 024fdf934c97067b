import addressparser from 'nodemailer/lib/addressparser';
import { findBareLineBreak } from '../message/bare-line-break.ts';
import { hasReadableHeader, headerValues } from './header-peek.ts';
import type { SmtpReply } from './smtp-reply.ts';

/** Beside From, which must be there. */
const OTHER_IDENTITIES = ['Sender', 'Return-Path', 'Resent-From', 'Resent-Sender'];

export interface ByteRules {
  maxLineBytes: number;
  /** Most Received lines before the mail is taken to be in a loop (RFC 5321 6.3). */
  maxHops: number;
  maySendAs: (address: string) => boolean;
}

/**
 * Refuses bytes that cannot be relayed as they are judged, before anything is stored.
 *
 * - A bare CR or LF is read as text by one library and sent as a new header line or end of data by another
 *   (header injection, SMTP smuggling).
 * - A header that says whose the mail is and names an address outside the engine's domains: From, Sender, Return-Path,
 *   Resent-From, Resent-Sender. Reply-To may name anybody: it says where answers go, not who writes.
 * - A loop.
 *
 * @returns the refusal, or null when the bytes may be accepted
 */
export function checkSubmittedBytes(raw: Buffer, rules: ByteRules): SmtpReply | null {
  const bare = findBareLineBreak(raw);
  if (bare) {
    return {
      code: 550,
      text: `5.6.11 Bare ${bare.kind} at byte ${bare.offset}: lines must end in CRLF (RFC 5321 2.3.8)`,
    };
  }
  const long = findLongLine(raw, rules.maxLineBytes);
  if (long !== null) {
    return {
      code: 550,
      text: `5.6.0 The line at byte ${long} is longer than ${rules.maxLineBytes} bytes: encode the part as quoted-printable or base64`,
    };
  }
  if (headerValues(raw, 'received').length > rules.maxHops) {
    return {
      code: 554,
      text: `5.4.6 Too many hops: more than ${rules.maxHops} Received lines, the mail is in a loop`,
    };
  }
  if (!hasReadableHeader(raw)) return { code: 550, text: '5.6.0 The header is too large to be checked' };
  const from = headerValues(raw, 'from').map((value) => addressesIn(value));
  if (from.length === 0 || from.some((addresses) => addresses.length === 0)) {
    return { code: 550, text: '5.6.0 The From header is missing or names no address (RFC 5322 3.6.2)' };
  }
  const identities = [
    ['From', from.flat()],
    ...OTHER_IDENTITIES.map((name) => [name, headerValues(raw, name).flatMap(addressesIn)] as const),
  ] as const;
  for (const [name, addresses] of identities) {
    const foreign = addresses.find((address) => !rules.maySendAs(address));
    if (foreign !== undefined) {
      return {
        code: 550,
        text: `5.7.1 The ${name} header names ${foreign}, which this engine may not send as`,
      };
    }
  }
  return null;
}

function addressesIn(value: string): string[] {
  return addressparser(value, { flatten: true }).flatMap((entry) => entry.address || []);
}

/** Leaps from line break to line break as far apart as they may be: a mail of ten million empty lines must cost no more. */
function findLongLine(raw: Buffer, max: number): number | null {
  for (let start = 0; start + max < raw.length; ) {
    const last = raw.lastIndexOf(0x0a, start + max);
    if (last < start) return start;
    start = last + 1;
  }
  return null;
}
