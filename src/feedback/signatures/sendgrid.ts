import { type KeyObject, createPublicKey, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { UserError } from '../../config/user-error.ts';
import { SignatureError } from '../errors.ts';
import { checkWindow, secondsToMs } from './window.ts';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/**
 * The key of the signed event webhook as SendGrid shows it: base64 of the SPKI, without PEM lines.
 *
 * @throws UserError when it is no such key
 */
export function sendgridKey(base64: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Told below.
  }
  throw new UserError(
    'providers.sendgrid.webhook_public_key is not an ECDSA P-256 public key; copy the verification key from Mail Settings, Signed Event Webhook',
  );
}

/**
 * SendGrid's signed event webhook (twilio.com/docs/sendgrid, "Getting started with the Event Webhook Security Features"):
 * ECDSA P-256 with SHA-256, DER, base64, over the timestamp followed by the raw body.
 *
 * @throws SignatureError
 */
export function verifySendgrid(
  body: Buffer,
  headers: IncomingHttpHeaders,
  { key, now }: { key: KeyObject; now: number },
): void {
  const { signature, timestamp } = sendgridHeaders(headers);
  checkWindow(secondsToMs(timestamp), now);
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  if (!verify('sha256', signed, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'))) {
    throw new SignatureError(
      'the signature does not fit the body; check providers.sendgrid.webhook_public_key',
    );
  }
}

/** The two headers. @throws SignatureError when one is missing, which can be told before the body is read */
export function sendgridHeaders(headers: IncomingHttpHeaders): { signature: string; timestamp: string } {
  const [signature, timestamp] = [headers[SIGNATURE], headers[TIMESTAMP]];
  if (typeof signature !== 'string' || typeof timestamp !== 'string') {
    throw new SignatureError(
      `the headers ${SIGNATURE} and ${TIMESTAMP} are missing; turn the signed event webhook on`,
    );
  }
  return { signature, timestamp };
}
