/** Time as the pool knows it; a simulation passes its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `work` once, so many milliseconds from now. @returns what takes that back */
  after(ms: number, work: () => void): () => void;
}

/** Its timers keep no process alive. */
export const WALL_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
