import type { IncomingHttpHeaders } from 'node:http';
import { SignatureError } from '../errors.ts';
import { sameText } from '../../http/constant-time.ts';

/**
 * Basic authentication (RFC 7617) for providers that sign nothing: Postmark's webhooks and SendGrid's inbound parse take a URL
 * with a user and a password in it. Any user, the configured password.
 *
 * @throws SignatureError
 */
export function verifyBasicAuth(headers: IncomingHttpHeaders, password: string): void {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) {
    throw new SignatureError(
      'there is no basic authentication; put a user and the password into the URL at the provider',
    );
  }
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0 || !sameText(pair.slice(colon + 1), password)) {
    throw new SignatureError('the password is wrong; check the URL at the provider');
  }
}
