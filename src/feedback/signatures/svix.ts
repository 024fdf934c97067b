import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { UserError } from '../../config/user-error.ts';
import { SignatureError } from '../errors.ts';
import { sameText } from '../../http/constant-time.ts';
import { secretsOf } from './secrets.ts';
import { checkWindow, secondsToMs } from './window.ts';

/**
 * The secrets as Resend shows them, `whsec_` and base64.
 *
 * @throws UserError when one is no such secret
 */
export function svixWebhooks(secrets: string): Webhook[] {
  return secretsOf(secrets).map((secret) => {
    try {
      return new Webhook(secret);
    } catch {
      throw new UserError(
        'providers.resend.webhook_secret is no signing secret; copy it from the webhook in Resend, it starts with whsec_',
      );
    }
  });
}

/**
 * Standard Webhooks (standardwebhooks.com, "Verifying signatures"), which Svix sends for Resend under the names `svix-*`
 * (resend.com/docs/webhooks/verify-webhooks-requests): HMAC-SHA256 over id, time and raw body; any of several `v1` signatures will do.
 *
 * @returns the webhook's id, which stays the same when it is sent again
 * @throws SignatureError
 */
export function verifySvix(
  body: Buffer,
  headers: IncomingHttpHeaders,
  { webhooks, now }: { webhooks: readonly Webhook[]; now: number },
): string {
  const { id, timestamp, signature } = svixHeaders(headers);
  const signedAt = secondsToMs(timestamp);
  checkWindow(signedAt, now);
  // Of another version none can equal what `sign` makes, `v1,` and the code.
  const given = signature.split(' ');
  for (const webhook of webhooks) {
    // The library's `verify` reads the system's clock; its `sign` is the same computation without it.
    const expected = webhook.sign(id, new Date(signedAt), body);
    if (given.some((one) => sameText(one, expected))) return id;
  }
  throw new SignatureError('no signature fits the body; check providers.resend.webhook_secret');
}

/** The three headers. @throws SignatureError when one is missing, which can be told before the body is read */
export function svixHeaders(headers: IncomingHttpHeaders): {
  id: string;
  timestamp: string;
  signature: string;
} {
  const read = (name: string): string => {
    const value = headers[`svix-${name}`] ?? headers[`webhook-${name}`];
    if (typeof value !== 'string' || value === '') {
      throw new SignatureError(`the header svix-${name} is missing`);
    }
    return value;
  };
  return { id: read('id'), timestamp: read('timestamp'), signature: read('signature') };
}
