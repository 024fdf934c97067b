import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { type CauseSummary, openedOf, summariseCauses } from './causes.ts';
import type { Cause } from './web-types.ts';

/** What takes no longer is done each time it is asked for, milliseconds. */
const QUICK_MS = 50;
/** What takes longer is kept for so many times as long: a twentieth of the processor goes to it at most. */
const KEPT_TIMES = 20;

/**
 * What is held by cause, for whoever asks. Everything held is read for it, 0.3 s of processor time with 100,000, in pieces between
 * which others have their turn, and every browser that shows the list asks after each change: so a long list is up to ten seconds old. Settling a cause reads it anew.
 */
export class CauseList {
  readonly #options: { db: Kysely<Schema>; now: () => number; clock: () => number };
  #kept: { causes: Promise<CauseSummary[]>; until: number } | null = null;

  /** @param options.clock milliseconds, only forwards; default: of the process */
  constructor(options: { db: Kysely<Schema>; now: () => number; clock?: () => number }) {
    this.#options = { clock: () => performance.now(), ...options };
  }

  /** @param me the asking account's id: how much of each sample it has opened */
  async list(me: string): Promise<Cause[]> {
    const { db, clock } = this.#options;
    if (!this.#kept || clock() >= this.#kept.until) this.#kept = this.#read();
    return openedOf(db, await this.#kept.causes, me);
  }

  #read(): { causes: Promise<CauseSummary[]>; until: number } {
    const { db, now, clock } = this.#options;
    const began = clock();
    const reading = { causes: summariseCauses(db, now()), until: Number.POSITIVE_INFINITY };
    // Until it is read all who ask wait for the same; a failure is nobody's but theirs.
    const done = (): void => {
      const took = clock() - began;
      reading.until = took <= QUICK_MS ? 0 : clock() + took * KEPT_TIMES;
    };
    reading.causes.then(done, () => {
      reading.until = 0;
    });
    return reading;
  }
}
