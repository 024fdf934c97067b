import type { Config } from '../config/config.ts';
import type { AttemptResult } from '../delivery/courier.ts';
import type { DispositionEvent } from '../message/disposition.ts';
import { backoffMs } from '../queue/retry.ts';
import type { Delivery } from '../queue/settle.ts';

/** What an attempt's outcome is read with. */
export interface OutcomeOptions {
  config: Config;
  now: () => number;
  random: () => number;
}

/**
 * What the upstream's answer means for the delivery.
 *
 * @param attempt.firstAt when the first attempt of its kind was begun
 * @param attempt.repeatable an attempt without an answer can be made again under its key: it is the same mail
 */
export function eventOf(
  { config, now, random }: OutcomeOptions,
  delivery: Delivery,
  result: AttemptResult,
  attempt: { firstAt: number; repeatable: boolean },
): DispositionEvent {
  const note = `${result.upstream}: ${result.response}`;
  const again = (): DispositionEvent => {
    const backoff = backoffMs(delivery.attempts + 1, config.delivery, random());
    return { type: 'deferred', until: now() + Math.max(backoff, result.retryAfterMs ?? 0), note };
  };
  switch (result.outcome) {
    case 'delivered':
      return { type: 'delivered', note };
    case 'permanent':
      return { type: 'failed', note };
    case 'lost':
    case 'aborted':
      return attempt.repeatable ? again() : { type: 'lost', note };
    case 'temporary': {
      const { give_up_hours } = config.delivery;
      return now() - attempt.firstAt > give_up_hours * 3_600_000
        ? { type: 'failed', note: `given up after ${give_up_hours} hours; last: ${note}` }
        : again();
    }
  }
}
