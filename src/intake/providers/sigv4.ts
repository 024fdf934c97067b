import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeys } from '../api-keys.ts';
import type { Engine } from '../engine-store.ts';
import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './front.ts';

/** How far the clocks of client and gate may be apart, as at AWS. */
const MAX_SKEW_MS = 5 * 60_000;

interface Authorization {
  accessKeyId: string;
  /** `20301025/eu-west-1/ses/aws4_request`, and its parts. */
  scope: string;
  date: string;
  region: string;
  signedHeaders: string[];
  signature: string;
}

/**
 * Verifies a request signed with Signature Version 4 (AWS, "Create a signed AWS API request"), for any region. The path
 * counts as the client signed it, a prefix of its endpoint included.
 *
 * @returns the engine whose key signed it
 * @throws Refusal `no_key` or `wrong_key`
 */
export async function verifySigV4(request: HttpRequest, keys: ApiKeys, now: number): Promise<Engine> {
  const authorization = readAuthorization(request);
  const at = header(request, 'x-amz-date');
  const seconds = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at);
  if (!seconds || !at.startsWith(authorization.date)) {
    throw wrong('The X-Amz-Date header is missing, or is of another day than the credential.');
  }
  const signedAt = Date.parse(isoOf(seconds));
  if (!(Math.abs(now - signedAt) <= MAX_SKEW_MS)) {
    throw wrong(`Signature expired: ${at} is more than 5 minutes away from the clock of presend.`);
  }
  for (const name of ['host', 'x-amz-date']) {
    if (!authorization.signedHeaders.includes(name)) throw wrong(`The header ${name} must be signed.`);
  }
  const payloadHash = createHash('sha256').update(request.body).digest('hex');
  const declared = request.headers['x-amz-content-sha256'];
  if (declared !== undefined && declared !== payloadHash) {
    throw wrong('The X-Amz-Content-Sha256 header must be the hash of the body.');
  }
  const key = await keys.byAccessKeyId(authorization.accessKeyId);
  if (!key) {
    throw wrong(
      'The access key id is not one of presend, or it was revoked; `presend engine key <engine> --sigv4` prints a new one.',
    );
  }
  const expected = signatureOf(request, authorization, { at, payloadHash, secret: key.secretAccessKey });
  if (!timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'))) {
    throw wrong(
      'The request signature does not match the one that presend calculated; check the secret access key.',
    );
  }
  return key.engine;
}

const wrong = (message: string): Refusal => new Refusal('wrong_key', message);

const isoOf = ([, year, month, day, hour, minute, second]: RegExpExecArray): string =>
  `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;

/** The access key id that a request names; null when it names none. */
export function accessKeyIdOf(headers: IncomingHttpHeaders): string | null {
  return /^AWS4-HMAC-SHA256 +Credential=([\w-]{1,128})\//.exec(headers.authorization ?? '')?.[1] ?? null;
}

function readAuthorization(request: HttpRequest): Authorization {
  if ([...request.query.keys()].some((name) => /^x-amz-signature$/i.test(name))) {
    throw wrong('Presigned URLs are not taken; sign the request in its Authorization header.');
  }
  const value = request.headers.authorization;
  if (value === undefined) {
    throw new Refusal(
      'no_key',
      'Sign the request with a key of presend; `presend engine key <engine> --sigv4` prints one.',
    );
  }
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([\w-]{1,128})\/((\d{8})\/([a-z0-9-]{1,40})\/ses\/aws4_request) *, *SignedHeaders=([a-z0-9;_-]{1,4000}) *, *Signature=([0-9a-f]{64}) *$/.exec(
      value,
    );
  if (!match) throw wrong('The Authorization header is not a signature of version 4 for the service ses.');
  const [, accessKeyId = '', scope = '', date = '', region = '', names = '', signature = ''] = match;
  return { accessKeyId, scope, date, region, signedHeaders: names.split(';'), signature };
}

function header({ headers }: HttpRequest, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function signatureOf(
  request: HttpRequest,
  { scope, date, region, signedHeaders }: Authorization,
  { at, payloadHash, secret }: { at: string; payloadHash: string; secret: string },
): Buffer {
  const canonical = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...signedHeaders.map((name) => `${name}:${header(request, name).trim().replaceAll(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const signingKey = [region, 'ses', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date));
  return hmac(signingKey, ['AWS4-HMAC-SHA256', at, scope, hash].join('\n'));
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Every segment as sent, encoded once more: only S3 does without. */
function canonicalPath(url: string): string {
  return url.split('?', 1)[0]!.split('/').map(encode).join('/');
}

function canonicalQuery(url: string): string {
  const at = url.indexOf('?');
  if (at < 0) return '';
  const pairs = url
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return `${encode(decoded(name))}=${encode(decoded(value))}`;
    });
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('The query of the request is damaged.');
  }
}
