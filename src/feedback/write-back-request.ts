/** How an attempt to write an opt-out back ended. */
export type WriteBackResult =
  | { kind: 'done' }
  /** `retryAfterMs` as the other side asks; null = as the queue thinks. */
  | { kind: 'temporary'; error: string; retryAfterMs: number | null }
  | { kind: 'permanent'; error: string };

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  url: string;
  headers: Record<string, string>;
  /** null for GET. */
  body: string | null;
}

export interface ApiOptions {
  fetch: typeof fetch;
  timeoutMs: number;
  now: () => number;
  /** Kept out of every error text. */
  secrets: readonly string[];
}

export interface ApiAnswer {
  status: number;
  body: string;
  retryAfterMs: number | null;
}

/** Enough for any answer of these APIs. */
const MAX_ANSWER = 64 * 1024;

/**
 * One request to a provider's or CRM's API.
 *
 * @returns the answer, or an error as one line without secrets when there was none
 */
export async function callApi(
  request: ApiRequest,
  { fetch, timeoutMs, now, secrets }: ApiOptions,
): Promise<ApiAnswer | { error: string }> {
  const { method, url, headers, body } = request;
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = (await response.text()).slice(0, MAX_ANSWER);
    return {
      status: response.status,
      body: text,
      retryAfterMs: retryAfter(response.headers.get('retry-after'), now()),
    };
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why =
      name === 'TimeoutError'
        ? `no answer within ${timeoutMs} ms`
        : (cause?.code ?? cause?.message ?? message);
    return { error: plain(why, secrets) };
  }
}

/** 2xx is done; what asking again cannot change is permanent; the rest, bad credentials too, may be mended. */
export function resultOf(answer: ApiAnswer | { error: string }, secrets: readonly string[]): WriteBackResult {
  if ('error' in answer) return { kind: 'temporary', error: answer.error, retryAfterMs: null };
  const { status, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'done' };
  const error = plain(`HTTP ${status}${body === '' ? '' : `: ${body}`}`, secrets);
  return status === 400 || status === 413 || status === 422
    ? { kind: 'permanent', error }
    : { kind: 'temporary', error, retryAfterMs };
}

/** One line of at most 300 characters without secrets. */
function plain(text: string, secrets: readonly string[]): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return secrets
    .filter((secret) => secret !== '')
    .reduce((said, secret) => said.replaceAll(secret, '***'), line)
    .slice(0, 300);
}

/** Seconds or a date (RFC 9110 10.2.3), as milliseconds from now. */
function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
