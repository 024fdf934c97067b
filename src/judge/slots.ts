/** Lets so many pieces of work run at once; the others wait their turn in order, spare work while nothing else waits. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #spare: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** @param spare may wait: whatever else waits for a slot gets it first */
  async run<T>(work: () => Promise<T>, { spare = false } = {}): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => (spare ? this.#spare : this.#waiting).push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift() ?? this.#spare.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
