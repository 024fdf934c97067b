import { ApiError } from '../http/api-error.ts';
import { Slots } from '../judge/slots.ts';

/**
 * Lets work through one piece at a time, a few waiting, each for a bounded time. What is given up goes on to its end in the
 * background and keeps its place until then, so that impatient people cannot pile it up.
 */
export class Bounded {
  readonly #slots = new Slots(1);
  readonly #limits: { waiting: number; timeoutMs: number };
  #inHand = 0;

  constructor(limits: { waiting: number; timeoutMs: number }) {
    this.#limits = limits;
  }

  /** @throws ApiError `too_many` when too many wait, `trouble` after the time */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inHand > this.#limits.waiting) {
      throw new ApiError('too_many', 'Several drafts are being judged already; try again in a moment.', {
        retryAfterSeconds: 5,
      });
    }
    this.#inHand += 1;
    const done = this.#slots.run(work).finally(() => {
      this.#inHand -= 1;
    });
    // Its failure after the time is nobody's any more.
    done.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const seconds = Math.round(this.#limits.timeoutMs / 1000);
        reject(
          new ApiError(
            'trouble',
            `The judge did not answer within ${seconds} s; mail goes first. Try again later.`,
            {
              retryAfterSeconds: 15,
            },
          ),
        );
      }, this.#limits.timeoutMs);
    });
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
