import { Secret, TOTP } from 'otpauth';
import { encode } from 'uqr';
import type { QrCode } from './web-types.ts';

/** What every authenticator app takes (RFC 6238 with RFC 4226's defaults). */
const SHAPE = { issuer: 'presend', algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** Steps before and after the present one that are taken as well: clocks drift, people type. */
const DRIFT = 1;

/** A new shared secret, base32 (160 bits, RFC 4226 section 4). */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The `otpauth:` address an authenticator app reads from a QR code. */
export function totpUri(secret: string, email: string): string {
  return new TOTP({ ...SHAPE, label: email, secret }).toString();
}

/**
 * The time step a code belongs to.
 *
 * @param lastStep the step of the last code taken: only later ones count, so that each code works once
 * @returns null when the code is wrong or was used
 */
export function totpStep(
  secret: string,
  code: string,
  { now, lastStep }: { now: number; lastStep: number | null },
): number | null {
  const token = code.replaceAll(/\s/gu, '');
  if (!/^\d{6}$/u.test(token)) return null;
  const delta = new TOTP({ ...SHAPE, secret }).validate({ token, timestamp: now, window: DRIFT });
  if (delta === null) return null;
  const step = TOTP.counter({ period: SHAPE.period, timestamp: now }) + delta;
  return lastStep !== null && step <= lastStep ? null : step;
}

/** A text as a QR code: one SVG path of unit squares. */
export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { path, size };
}
