import type { Config } from '../config/config.ts';
import type { Delivery } from '../queue/settle.ts';

/** How many different people have to release a mail that four-eyes applies to. */
export const FOUR_EYES = 2;

/** Whether a mail only leaves when two people release it: by its rule or hold reason, or by its decision. */
export function needsFourEyes(
  { hold_reason, decision }: Pick<Delivery, 'hold_reason' | 'decision'>,
  { four_eyes }: Config['review'],
): boolean {
  return (
    (hold_reason !== null && four_eyes.includes(hold_reason)) ||
    (decision !== null && four_eyes.includes(decision))
  );
}
