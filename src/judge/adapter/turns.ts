/**
 * Lets one piece of work run at a time: what is urgent in order of arrival, what is spare only while nothing urgent runs
 * or waits. Long spare work asks for a turn at each step, so that it never holds up what is urgent for longer than one.
 */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve();
  #urgent = 0;
  #spare: (() => void)[] = [];

  async urgent<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent++;
    try {
      return await this.#append(work);
    } finally {
      this.#urgent--;
      if (this.#urgent === 0) for (const wake of this.#spare.splice(0)) wake();
    }
  }

  async spare<T>(work: () => Promise<T>): Promise<T> {
    while (this.#urgent > 0) await new Promise<void>((resolve) => this.#spare.push(resolve));
    return this.#append(work);
  }

  #append<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }
}
