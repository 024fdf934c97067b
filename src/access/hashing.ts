import { ApiError } from '../http/api-error.ts';
import { BusyError } from './bounded.ts';
import type { AccessContext } from './context.ts';

/**
 * Computes a password's hash when there is a place for it. People and engines share the places by turns: each hash takes a core and
 * 19 MiB, and a flood of guesses at one sign-in must not hold up the other.
 *
 * @throws ApiError `too_many` when too many wait already; nothing was computed then
 */
export async function whenFree<T>(
  { hashing }: Pick<AccessContext, 'hashing'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await hashing.run(work, 'people');
  } catch (error) {
    if (!(error instanceof BusyError)) throw error;
    throw new ApiError('too_many', 'Too many sign in at once: try again in a few seconds.', {
      retryAfterSeconds: 5,
    });
  }
}
