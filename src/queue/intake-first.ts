/** How long background work stands back at most while the intake is busy. */
const MAX_WAIT_MS = 150;

/** How long background work may then run before it stands back again. */
const SLICE_MS = 10;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Lets the intake go first. Accepting and judging share a thread, and a client that waits for its 250 matters more
 * than a judgement nobody waits for. Background work runs in turns of the event loop in which no client said anything; under a
 * load that never pauses it gets slices, about a fifteenth of the time, so that it never stops.
 */
export class IntakeFirst {
  #activity = 0;
  #accepting = 0;
  #sliceUntil = 0;

  /** A client said something. */
  note(): void {
    this.#activity += 1;
  }

  /** Something is on its way to disk that a client waits for. */
  during<T>(accepting: Promise<T>): Promise<T> {
    this.#accepting += 1;
    return accepting.finally(() => {
      this.#accepting -= 1;
    });
  }

  /** Waits for a turn that the intake does not need. */
  async standBack(): Promise<void> {
    const began = performance.now();
    if (began < this.#sliceUntil) return;
    let seen: number;
    do {
      seen = this.#activity;
      await nextTurn();
      if (performance.now() - began > MAX_WAIT_MS) {
        this.#sliceUntil = performance.now() + SLICE_MS;
        return;
      }
    } while (seen !== this.#activity || this.#accepting > 0);
  }
}
