import type { Config } from '../config/config.ts';
import type { Delivery } from '../queue/settle.ts';

/** How many different people have to release a mail that four-eyes applies to. */
export const FOUR_EYES = 2;

/**
 * Whether a mail only leaves when two people release it: by its rule or hold reason, by its decision, or by anything else that
 * the judge found.
 *
 * @param found of `stopsFound`
 */
export function needsFourEyes(
  { hold_reason, decision }: Pick<Delivery, 'hold_reason' | 'decision'>,
  found: readonly string[],
  { four_eyes }: Pick<Config['review'], 'four_eyes'>,
): boolean {
  return [hold_reason, decision, ...found].some((one) => one !== null && four_eyes.includes(one));
}
