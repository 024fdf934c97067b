import { withoutSecrets } from '../config/known-secrets.ts';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** Of an answer's body only so much is read. */
const MAX_ANSWER_BYTES = 16_384;

const MAX_ERROR = 300;

/** What came of one request. */
export interface PostResult {
  /** null = no answer. */
  status: number | null;
  /** One line; null = there was an answer. */
  error: string | null;
  /** `Retry-After` as it came. */
  retryAfter: string | null;
  /** The answer's body, as far as it was read. */
  text?: string;
}

/**
 * One POST. Never rejects, never takes longer than `timeoutMs`, follows no redirect. Each request has a connection of its own:
 * every connection is to an address that was checked for this very request.
 */
export function postWebhook(
  url: URL,
  options: { headers: Record<string, string>; body: string; timeoutMs: number; lookup: LookupFunction },
): Promise<PostResult> {
  const { headers, body, timeoutMs, lookup } = options;
  return new Promise((resolve) => {
    let answer: PostResult | null = null;
    const read: Buffer[] = [];
    let size = 0;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      lookup,
      agent: false,
    });
    const finish = (without: string): void => {
      clearTimeout(timer);
      // Before anything else can be heard of it; a request that is done does not mind.
      request.destroy();
      resolve(
        answer
          ? { ...answer, text: Buffer.concat(read).toString() }
          : { status: null, error: withoutSecrets(without).slice(0, MAX_ERROR), retryAfter: null },
      );
    };
    const timer = setTimeout(() => finish(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    request.on('response', (response) => {
      answer = {
        status: response.statusCode ?? null,
        error: null,
        retryAfter: response.headers['retry-after'] ?? null,
      };
      response.on('data', (chunk: Buffer) => {
        read.push(chunk);
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) finish('');
      });
      // A body that breaks off changes nothing: the status was heard.
      response.on('error', () => finish(''));
      response.on('close', () => finish(''));
    });
    request.on('error', (error) => finish(error.message.replace(/\s+/g, ' ') || error.name));
    request.on('close', () => finish('the connection was closed without an answer'));
    request.end(body);
  });
}
