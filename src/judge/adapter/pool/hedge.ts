import { percentile } from '../../../evaluate/statistics.ts';

/** When a second host is asked the same, and how often at most. */
export interface HedgeRule {
  /** `p95`: when a host takes longer than 95 % of its recent answers took. Otherwise milliseconds. */
  after: 'p95' | number;
  /** Share of the calls that may be asked twice, 0 to 1; 0 = none. */
  most: number;
}

export const HEDGE: HedgeRule = { after: 'p95', most: 0.05 };

/** Hedges that may be saved up while none is needed. */
const SAVED = 10;
const KEPT_FOR_LONG = 5;

/** What a host's recent answers took. */
export class Latencies {
  readonly #recent: number[] = [];
  #p95: number | null = null;

  add(ms: number): void {
    this.#recent.push(ms);
    if (this.#recent.length > KEPT) this.#recent.shift();
    this.#p95 = null;
  }

  /** Milliseconds; null before there are enough to tell. */
  p95(): number | null {
    if (this.#recent.length < ENOUGH) return null;
    return (this.#p95 ??= percentile(this.#recent, 95));
  }
}

const KEPT = 100;
const ENOUGH = 20;

/** A host that answers faster than this is not worth a second question. Milliseconds. */
const LEAST_MS = 20;

/**
 * Hedged requests (Dean and Barroso, The Tail at Scale, CACM 56(2), 2013): each call earns a share of a hedge, so that hedges stay
 * that share of the calls whatever the hosts do, and an overload cannot double itself.
 */
export class HedgeBudget {
  readonly #rule: HedgeRule;
  #earned = 0;

  constructor(rule: HedgeRule) {
    this.#rule = rule;
  }

  earn(): void {
    this.#earned = Math.min(SAVED, this.#earned + this.#rule.most);
  }

  /**
   * @param long it is for a call that waits twice as long as that. By definition one call in twenty takes longer than 95 % of
   *   them do; what is saved for a host that stalls must not go there
   * @returns whether one may be spent now
   */
  spend(long: boolean): boolean {
    const kept = long ? 0 : KEPT_FOR_LONG;
    // Shares like 0.05 do not add up exactly.
    if (this.#earned < kept + 1 - 1e-9) return false;
    this.#earned -= 1;
    return true;
  }

  /** How long a host has before a second one is asked, milliseconds; null = as long as it takes. */
  delayMs(latencies: Latencies): number | null {
    const { after, most } = this.#rule;
    if (most === 0) return null;
    if (after !== 'p95') return after;
    const p95 = latencies.p95();
    return p95 === null ? null : Math.max(LEAST_MS, p95);
  }
}
