import { parseJson } from '../json-body.ts';
import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './front.ts';

/**
 * The body of a request that must be JSON.
 *
 * @throws Refusal `content_type` or `malformed`
 */
export function readJson({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): {
  value: unknown;
  text: string;
} {
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new Refusal(
      'content_type',
      'Send the body as JSON, with the header Content-Type: application/json.',
    );
  }
  const json = parseJson(body);
  if (namesProto(json.text)) {
    throw new Refusal('malformed', 'The body names a field "__proto__", which programs read differently.');
  }
  return json;
}

/** Schemas drop this name without a word, a provider may not: what was judged would not be what is sent. */
function namesProto(text: string): boolean {
  if (!text.includes('__proto__') && !text.includes('\\u00')) return false;
  let found = false;
  JSON.parse(text, (name, value: unknown) => {
    found ||= name === '__proto__';
    return value;
  });
  return found;
}
