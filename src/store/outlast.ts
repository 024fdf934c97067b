import { setTimeout as pause } from 'node:timers/promises';
import { diskTrouble } from './disk-trouble.ts';

/** Between two tries; the queue's own pace. */
const PAUSE_MS = 500;

/**
 * Makes a change again and again until the disk takes it: for what is known and must not be forgotten, such as an upstream's
 * answer. What else goes wrong is thrown at once.
 *
 * @param change one transaction; a try that failed has changed nothing
 * @param giveUp the gate is stopping: the next failure is thrown
 */
export async function outlast<T>(change: () => Promise<T>, giveUp: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await change();
    } catch (error) {
      if (diskTrouble(error) === null || giveUp.aborted) throw error;
      await pause(PAUSE_MS, undefined, { signal: giveUp }).catch(() => {});
    }
  }
}
