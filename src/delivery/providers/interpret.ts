import { oneLine } from '../smtp-answer.ts';
import type { ApiAnswer, ApiVerdict } from './dialect.ts';

/**
 * What a status means where the provider's own words say no more (RFC 9110 15).
 *
 * - 401, 403, 404, 405 speak of our account or configuration and not of the mail: it waits until that is mended.
 * - 429 and 503: not taken, come again.
 * - 500, 502, 504 and other 5xx: the request may have been carried out before something broke.
 */
export function interpretStatus(
  { status }: Pick<ApiAnswer, 'status'>,
  response: string,
  upstreamId: string | null,
): ApiVerdict {
  const verdict = (outcome: ApiVerdict['outcome']): ApiVerdict => ({
    outcome,
    response: oneLine(`${status} ${response}`),
    upstreamId: outcome === 'delivered' ? upstreamId : null,
  });
  if (status >= 200 && status < 300) return verdict('delivered');
  if ([401, 403, 404, 405, 408, 425, 429, 503].includes(status)) return verdict('temporary');
  // A redirect is no answer of this API: something stands between.
  if (status < 400) return verdict('temporary');
  return verdict(status >= 500 ? 'lost' : 'permanent');
}

/** The body as JSON; an empty object where it is none. */
export function jsonOf(body: string): Record<string, unknown> {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
