import type { Blast } from './bombed-gate.ts';

/** What no mail and no request may cost the gate. */
export const MOST = {
  /** Event loop held up in one piece, milliseconds. */
  stallMs: 300,
  /** Memory of the whole process, MB. */
  rssMb: 400,
  /** A small mail of somebody else waits for its answer, milliseconds. */
  waitMs: 5_000,
};

/**
 * In words, what of it was broken. How long the loop was held up is its thread's processor time, which does not depend on what
 * else the machine does; where the system does not tell that, the clock.
 *
 * @param submits it was mail, of which something is kept where the answer says so
 */
export function broken(
  { busyMs, stallMs, rssMb, slowestMs, outcome, answer }: Blast,
  submits = true,
): string[] {
  const held = busyMs ?? stallMs;
  return [
    ...(held >= MOST.stallMs ? [`the event loop was held up for ${held.toFixed(0)} ms`] : []),
    ...(rssMb >= MOST.rssMb ? [`the gate took ${rssMb.toFixed(0)} MB`] : []),
    ...(slowestMs >= MOST.waitMs ? [`another mail waited ${slowestMs.toFixed(0)} ms`] : []),
    ...(submits &&
    outcome === 'refused' &&
    /^(?:250|2\d\d |5\d\d )/.test(answer) &&
    !/^55\d |^503 /.test(answer)
      ? [`nothing was kept of what was answered with ${answer}`]
      : []),
  ];
}
