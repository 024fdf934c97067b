/** Lets so many pieces of work run at once; the others wait their turn in order, spare work while nothing else waits. */
export class Slots {
  readonly #count: () => number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #spare: (() => void)[] = [];

  /** @param count asked whenever work begins or ends, so that it may change; at least 1 */
  constructor(count: number | (() => number)) {
    this.#count = typeof count === 'number' ? () => count : count;
  }

  get full(): boolean {
    return this.#running >= this.#count();
  }

  /** @param spare may wait: whatever else waits for a slot gets it first */
  async run<T>(work: () => Promise<T>, { spare = false } = {}): Promise<T> {
    if (!this.full) this.#running += 1;
    else await new Promise<void>((resolve) => (spare ? this.#spare : this.#waiting).push(resolve));
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#begin();
    }
  }

  #begin(): void {
    while (!this.full) {
      const next = this.#waiting.shift() ?? this.#spare.shift();
      if (!next) return;
      this.#running += 1;
      next();
    }
  }
}
