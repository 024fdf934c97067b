/** Too many calls wait already; nothing was begun. */
export class BusyError extends Error {
  override name = 'BusyError';
}

/** Runs a few calls at a time, lets a few more wait in order, and refuses the rest. */
export class Bounded {
  readonly #atOnce: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: { atOnce: number; waiting: number }) {
    this.#atOnce = limits.atOnce;
    this.#waiting = limits.waiting;
  }

  /** @throws BusyError, and whatever `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else {
      if (this.#queue.length >= this.#waiting) throw new BusyError('too many calls are waiting');
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
