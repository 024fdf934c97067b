/** Too many calls wait already; nothing was begun. */
export class BusyError extends Error {
  override name = 'BusyError';
}

/**
 * Runs a few calls at a time, lets a few more wait, and refuses the rest. Each lane waits in order, has room of its own and its turn
 * after every other lane, so that a flood in one does not hold up the others.
 */
export class Bounded {
  readonly #atOnce: number;
  readonly #waiting: number;
  /** By lane, those that wait; the lane whose turn it is first. */
  readonly #queues = new Map<string, (() => void)[]>();
  #running = 0;

  /** @param limits.waiting in each lane */
  constructor(limits: { atOnce: number; waiting: number }) {
    this.#atOnce = limits.atOnce;
    this.#waiting = limits.waiting;
  }

  /** @throws BusyError, and whatever `work` throws */
  async run<T>(work: () => Promise<T>, lane: string): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else {
      const queue = this.#queues.get(lane) ?? [];
      if (queue.length >= this.#waiting) throw new BusyError('too many calls are waiting');
      this.#queues.set(lane, queue);
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#next();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #next(): (() => void) | undefined {
    const [first] = this.#queues;
    if (first === undefined) return undefined;
    const [lane, queue] = first;
    const next = queue.shift();
    // Behind the others for the next time.
    this.#queues.delete(lane);
    if (queue.length > 0) this.#queues.set(lane, queue);
    return next;
  }
}
