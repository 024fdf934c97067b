import type { Config } from '../config/config.ts';

/**
 * When to try again after a temporary failure: exponential backoff, doubling up to the configured maximum, with up to
 * a quarter of jitter so that a recovered upstream is not met by everybody at once.
 *
 * @param attempts attempts made so far, at least 1
 * @param random in [0, 1)
 * @returns milliseconds from now
 */
export function backoffMs(attempts: number, config: Config['delivery'], random: number): number {
  const base = config.first_retry_seconds * 2 ** Math.min(attempts - 1, 30);
  return Math.round(Math.min(base, config.max_retry_seconds) * 1000 * (1 + random / 4));
}
