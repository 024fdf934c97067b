import { setImmediate } from 'node:timers/promises';

/** For how long the work on one message keeps others from the event loop, milliseconds. */
const TURN_MS = 20;

/** Does the work on each item in order, and lets others have the event loop in between: a message may have thousands of recipients. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R | Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let began = performance.now();
  for (const [index, item] of items.entries()) {
    results.push(await work(item, index));
    if (performance.now() - began < TURN_MS) continue;
    await setImmediate();
    began = performance.now();
  }
  return results;
}
