import type { Random } from '../../../evaluate/random.ts';
import { type BackoffLimits, RESTART_BACKOFF, backoffMs } from '../backoff.ts';
import type { TroubleKind } from '../trouble.ts';

/** Failed calls in a row that open the circuit when a host breaks off or answers 5xx. */
const IN_ROW = 2;
/** Or half of the calls of so many milliseconds, where there were so many. */
const WINDOW_MS = 30_000;
const WINDOW_CALLS = 10;
const WINDOW_SHARE = 0.5;

/**
 * Circuit breaker of one host (Nygard, Release It!, 2nd ed., chapter 5): closed it is asked; open it is left alone until
 * `openUntil`, longer each time it opens in a row, by a random part so that many gates do not come back at one moment.
 * After that one probe decides. Pure but for what it remembers.
 */
export class Breaker {
  readonly #random: Random;
  readonly #pause: BackoffLimits;
  #recent: { at: number; failed: boolean }[] = [];
  #inRow = 0;
  #openings = 0;

  constructor(random: Random, pause: BackoffLimits = RESTART_BACKOFF) {
    this.#random = random;
    this.#pause = pause;
  }

  /** A call was answered. */
  succeeded(now: number): void {
    this.#inRow = 0;
    this.#openings = 0;
    this.#note(now, false);
  }

  /**
   * A call was not answered, or wrongly.
   *
   * @returns whether that opens the circuit: at once where more calls would only be lost (nobody answers in time, the key or
   * the model is wrong), otherwise when it is no single event
   */
  failed(kind: TroubleKind, now: number): boolean {
    this.#inRow += 1;
    this.#note(now, true);
    if (kind === 'hang' || kind === 'load' || this.#inRow >= IN_ROW) return true;
    const failures = this.#recent.filter(({ failed }) => failed).length;
    return this.#recent.length >= WINDOW_CALLS && failures >= WINDOW_SHARE * this.#recent.length;
  }

  /** @returns for how long the host is left alone now, milliseconds: between half of the pause and the whole of it */
  open(): number {
    this.#openings += 1;
    this.#inRow = 0;
    this.#recent = [];
    return backoffMs(this.#openings, this.#pause) * (0.5 + this.#random() / 2);
  }

  #note(at: number, failed: boolean): void {
    this.#recent.push({ at, failed });
    this.#recent = this.#recent.filter((one) => one.at > at - WINDOW_MS).slice(-100);
  }
}
