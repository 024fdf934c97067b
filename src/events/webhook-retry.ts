import type { NextStep } from './event-queue-store.ts';

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 3_600_000;

export interface Answered {
  /** null = no answer. */
  status: number | null;
  retryAfter: string | null;
}

/**
 * What an answer means for its event: 2xx is delivered, 410 Gone ends it, anything else is tried again, doubling from 5
 * seconds to an hour with up to a quarter of jitter, later where a 429 or 503 asks for it, for the last time when the time
 * is over.
 *
 * @param options.attempts attempts made, this one included
 * @param options.giveUpAt when the time is over, milliseconds since the epoch
 * @param options.random in [0, 1)
 */
export function nextStep(
  { status, retryAfter }: Answered,
  options: { attempts: number; now: number; giveUpAt: number; random: number },
): NextStep {
  const { attempts, now, giveUpAt, random } = options;
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered' };
  if (status === 410 || now >= giveUpAt) return { state: 'given_up' };
  const backoff = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 30), MAX_RETRY_MS) * (1 + random / 4);
  const asked = status === 429 || status === 503 ? retryAfterMs(retryAfter, now) : 0;
  return { state: 'pending', at: Math.min(now + Math.round(Math.max(backoff, asked)), giveUpAt) };
}

/** RFC 9110 10.2.3: seconds or a date. 0 when it is neither. */
function retryAfterMs(value: string | null, now: number): number {
  if (value === null) return 0;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
