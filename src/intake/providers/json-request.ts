import { parseJson } from '../json-body.ts';
import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './front.ts';

/**
 * The body of a request that must be JSON.
 *
 * @throws Refusal `content_type` or `malformed`
 */
export function readJsonRequest({ headers, body }: HttpRequest): { value: unknown; text: string } {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')) {
    throw new Refusal(
      'content_type',
      'Send the body as JSON, with the header Content-Type: application/json.',
    );
  }
  return parseJson(body);
}
