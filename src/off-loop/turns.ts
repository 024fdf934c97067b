import { endIdleWorkers } from './shared-pool.ts';

export interface TurnsOptions {
  /** Whether the process takes so much memory that what is large goes one after another. */
  isFull: () => boolean;
  /** Nothing waits longer than this, milliseconds. */
  longestMs: number;
}

/**
 * Large jobs of workers, one after another while memory is short: each of two threads may need as much again as the whole gate at
 * rest has left of its bounds. What is small never waits here.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** @throws what `job` does */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#atWork > 0 && this.#options.isFull()) await this.#turn();
    else this.#atWork += 1;
    try {
      return await job();
    } finally {
      this.#atWork -= 1;
      this.#next();
    }
  }

  /** Resolves with a place at work. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const begin = (): void => {
        clearTimeout(timer);
        this.#atWork += 1;
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        begin();
      }, this.#options.longestMs);
      this.#waiting.push(begin);
    });
  }

  #next(): void {
    while (this.#waiting.length > 0 && (this.#atWork === 0 || !this.#options.isFull())) {
      this.#waiting.shift()!();
    }
  }
}

/** Bytes or characters of input from which on a job is large. */
export const LARGE_INPUT = 256 * 1024;

/** From here on it needs more than a new worker costs: half a second of processor time. */
export const VERY_LARGE_INPUT = 4 * 1024 * 1024;

/** A gate at rest with all of its workers is below; two large jobs at once take it beyond 400 MB from here. */
const FULL_BYTES = 310e6;

/** From here one very large job may take it beyond 400 MB, with an idle worker's 70. */
const TIGHT_BYTES = 250e6;

/** Several times what a large job takes. A gate that is always this full, with a model of its own, goes on one after another. */
const LONGEST_MS = 10_000;

const isFull = (): boolean => process.memoryUsage.rss() > FULL_BYTES;
const isTight = (): boolean => process.memoryUsage.rss() > TIGHT_BYTES;

/** The turns of this process. */
export const turns = new Turns({ isFull, longestMs: LONGEST_MS });

/**
 * Before something very large is taken in or read, idle workers are ended where memory is short.
 *
 * @param size bytes or characters of it
 */
export function makeRoom(size: number): void {
  if (size >= VERY_LARGE_INPUT && isTight()) endIdleWorkers();
}

/** Runs at once what is small; what is large when its turn has come, with room made for it. */
export function inTurn<T>(size: number, job: () => Promise<T>): Promise<T> {
  if (size < LARGE_INPUT) return job();
  return turns.run(() => {
    makeRoom(size);
    return job();
  });
}
