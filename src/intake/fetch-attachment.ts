import { request } from 'node:https';
import { isIP } from 'node:net';
import { addressKind } from '../http/address-kind.ts';
import { checkedLookup, type ResolveAll } from '../http/checked-lookup.ts';
import type { Gate } from './providers/front.ts';
import { Refusal } from './refusal.ts';

export interface FetchOptions {
  maxBytes: number;
  timeoutMs: number;
  resolve?: ResolveAll | undefined;
  /** May this address be connected to? Default: public ones only. */
  allowed?: ((address: string) => boolean) | undefined;
  /** PEM; default: the system's authorities. */
  ca?: string | undefined;
}

const isPublic = (address: string): boolean => addressKind(address) === 'public';

/**
 * Fetches attachments that a request names by URL (`http.fetch_attachments`): over https, from public addresses, without
 * redirects. What is fetched is judged, and what was judged is sent on as bytes: it cannot change in between.
 */
export function createFetchAttachment(options: FetchOptions): NonNullable<Gate['fetchAttachment']> {
  return (text, field) => {
    const refuse = (why: string): Refusal =>
      new Refusal('invalid_field', `The file named in the \`${field}\` field could not be fetched: ${why}.`, {
        field,
      });
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
      throw refuse('only https URLs without a password are fetched');
    }
    const { allowed = isPublic } = options;
    const whyNot = (address: string): string | null =>
      allowed(address) ? null : 'it is at a private address';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && whyNot(host) !== null) throw refuse('it is at a private address');
    return get(url, options, checkedLookup(whyNot, options.resolve)).catch((error: Error) => {
      throw refuse(error.message.replaceAll(/\s+/g, ' ').slice(0, 200));
    });
  };
}

function get(
  url: URL,
  { maxBytes, timeoutMs, ca }: FetchOptions,
  lookup: ReturnType<typeof checkedLookup>,
): Promise<{ content: Buffer; contentType: string | null }> {
  return new Promise((resolve, reject) => {
    const req = request(url, { lookup, agent: false, ...(ca === undefined ? {} : { ca }) });
    const fail = (why: string): void => {
      clearTimeout(timer);
      req.destroy();
      reject(new Error(why));
    };
    const timer = setTimeout(() => fail(`it took longer than ${timeoutMs / 1000} s`), timeoutMs);
    req.on('error', (error) => fail(error.message || 'the connection broke'));
    req.on('response', (response) => {
      if (response.statusCode !== 200) return fail(`the answer was ${response.statusCode}`);
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) fail(`it is larger than ${maxBytes} bytes`);
        else chunks.push(chunk);
      });
      response.on('error', () => fail('the answer broke off'));
      response.on('close', () => {
        if (!response.complete) return fail('the answer broke off');
        clearTimeout(timer);
        resolve({
          content: Buffer.concat(chunks),
          contentType: response.headers['content-type']?.split(';', 1)[0] ?? null,
        });
      });
    });
    req.end();
  });
}
