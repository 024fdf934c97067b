import { setTimeout as pause } from 'node:timers/promises';
import { diskTrouble } from './disk-trouble.ts';

/** Tries of what only reads: half a minute, after which its lease lapses some time and it is claimed anew. */
export const READ_TRIES = 60;

/** Between two tries; the queue's own pace. */
const PAUSE_MS = 500;

/**
 * Makes a change again and again until the disk takes it: for what is known and must not be forgotten, such as an upstream's
 * answer. What else goes wrong is thrown at once.
 *
 * @param change one transaction, or what only reads; a try that failed has changed nothing
 * @param giveUp the gate is stopping: the next failure is thrown
 * @param tries most of them; default: no end
 */
export async function outlast<T>(
  change: () => Promise<T>,
  giveUp: AbortSignal,
  tries = Number.POSITIVE_INFINITY,
): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await change();
    } catch (error) {
      if (diskTrouble(error) === null || giveUp.aborted || left <= 0) throw error;
      await pause(PAUSE_MS, undefined, { signal: giveUp }).catch(() => {});
    }
  }
}
