import { createHmac } from 'node:crypto';
import { SignatureError } from '../errors.ts';
import { sameText } from '../../http/constant-time.ts';
import { checkWindow, secondsToMs } from './window.ts';

/** As in the JSON's `signature`, or as form fields of a route's post. */
export interface MailgunSignature {
  timestamp: string;
  token: string;
  signature: string;
}

/**
 * Mailgun (documentation.mailgun.com, "Securing Webhooks"): hex HMAC-SHA256 of timestamp and token, joined, under the webhook
 * signing key. It does not cover the body: whoever calls must see to it that a token vouches for one content only.
 *
 * @throws SignatureError
 */
export function verifyMailgun(given: unknown, { key, now }: { key: string; now: number }): MailgunSignature {
  const { timestamp, token, signature } = (given ?? {}) as Record<string, unknown>;
  if (typeof token !== 'string' || typeof signature !== 'string' || token === '' || token.length > 200) {
    throw new SignatureError('the signature is missing');
  }
  const time = String(timestamp);
  checkWindow(secondsToMs(time), now);
  const expected = createHmac('sha256', key).update(`${time}${token}`).digest('hex');
  if (!sameText(signature.toLowerCase(), expected)) {
    throw new SignatureError('the signature is wrong; check providers.mailgun.webhook_signing_key');
  }
  return { timestamp: time, token, signature };
}
