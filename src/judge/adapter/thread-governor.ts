/** So much slower than at its best, per token, and the threads must be waiting for each other. */
const CROWDED = 4;
/** How many evaluations go by before all threads are tried again. */
const PATIENCE = 20;
/** Fewer tokens than this say more about overhead than about threads. */
const TELLING = 32;

/**
 * Decides between all threads and one. llama.cpp's threads spin at a barrier several times a layer; when another program
 * takes one of the cores, each barrier waits for the kernel to let the missing thread run, and an evaluation takes tens of times
 * as long, where one thread alone would take twice as long.
 */
export class ThreadGovernor {
  readonly #most: number;
  /** Milliseconds per token of the fastest evaluation with all threads. */
  #best = Number.POSITIVE_INFINITY;
  #alone = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** For the next evaluation. */
  get threads(): number {
    return this.#alone > 0 ? 1 : this.#most;
  }

  /** Tells how long an evaluation of `tokens` took with `threads` as they were. */
  record(tokens: number, milliseconds: number): void {
    if (this.#most === 1 || tokens < TELLING) return;
    if (this.#alone > 0) {
      this.#alone -= 1;
      return;
    }
    const each = milliseconds / tokens;
    if (each > this.#best * CROWDED) this.#alone = PATIENCE;
    else this.#best = Math.min(this.#best, each);
  }
}
