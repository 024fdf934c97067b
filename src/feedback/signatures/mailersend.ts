import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureError } from '../errors.ts';
import { sameText } from '../../http/constant-time.ts';
import { secretsOf } from './secrets.ts';

/**
 * MailerSend (developers.mailersend.com, webhooks, "Security"; inbound routes alike): hex HMAC-SHA256 of the raw body under the
 * webhook's signing secret. No time is signed, so only the event's id keeps a kept request from counting again.
 *
 * @throws SignatureError
 */
export function verifyMailersend(body: Buffer, headers: IncomingHttpHeaders, secrets: string): void {
  const given = mailersendSignature(headers);
  const fits = secretsOf(secrets).some((secret) =>
    sameText(given, createHmac('sha256', secret).update(body).digest('hex')),
  );
  if (!fits) {
    throw new SignatureError(
      'the signature does not fit the body; check providers.mailersend.webhook_secret',
    );
  }
}

/** The header. @throws SignatureError when it is missing, which can be told before the body is read */
export function mailersendSignature(headers: IncomingHttpHeaders): string {
  const given = headers['signature'];
  if (typeof given !== 'string' || !/^[0-9a-f]{64}$/i.test(given)) {
    throw new SignatureError('the header Signature is missing or is no SHA-256 in hex');
  }
  return given.toLowerCase();
}
