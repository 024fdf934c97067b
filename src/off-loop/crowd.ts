import { judges } from './shared-pool.ts';

/** From so many messages on in hand at once, a worker does what the event loop would do itself for one. */
const CROWD = 4;

/** A worker that has been at one job for longer is at something large; nobody waits behind it who need not. Milliseconds. */
const LONG_JOB_MS = 100;

let inHand = 0;

/** A message was claimed for the judge. @returns to be called once, when it is done */
export function joinCrowd(): () => void {
  inHand += 1;
  return () => {
    inHand -= 1;
  };
}

/**
 * Whether short mail is read and judged by a worker too. Alone it is judged soonest where it is; of many, each would keep the event
 * loop from whoever hands in mail, and a second processor from work.
 */
export const inCrowd = (): boolean => inHand >= CROWD && judges().isFree(LONG_JOB_MS);
