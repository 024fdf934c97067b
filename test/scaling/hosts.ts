import type { Random } from '../../src/evaluate/random.ts';
import { AdapterError, type Classification } from '../../src/judge/adapter/adapter.ts';
import type { HostCall, PoolHost } from '../../src/judge/adapter/pool/pool-host.ts';
import { UNTOLD } from '../../src/judge/adapter/pool/served.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { logNormal } from './distributions.ts';
import type { Card } from './figures.ts';
import { Station } from './station.ts';

const ANSWER: Classification = {
  logLikelihood: Object.fromEntries(DECISIONS.map((one) => [one, Math.log(0.2)])) as Record<Decision, number>,
  mass: 1,
  exact: true,
  promptTokens: 750,
  trimmed: [],
};

/** Between two moments nothing answers there, and what it worked on is lost. */
export interface Outage {
  from: number;
  to: number;
}

/** A host with one card, which reads one mail after the other, for all gates. */
export class SimulatedHost {
  readonly station: Station;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #card: Card;
  readonly #outage: Outage | null;

  constructor(clock: VirtualClock, random: Random, { card, outage }: { card: Card; outage: Outage | null }) {
    this.#clock = clock;
    this.#random = random;
    this.#card = card;
    this.#outage = outage;
    this.station = new Station(clock, 1);
  }

  /** As one gate's pool sees it. @param limit calls which that gate gives it at once */
  for(name: string, limit: number): PoolHost {
    const answers = (): Promise<typeof UNTOLD> =>
      this.#isOut() ? Promise.reject(REFUSED()) : Promise.resolve(UNTOLD);
    return {
      name,
      limit,
      open: answers,
      check: answers,
      classify: (_input, call) => this.#classify(call),
      explain: () => Promise.reject(new AdapterError('unavailable', 'not simulated')),
    };
  }

  #isOut(): boolean {
    const out = this.#outage;
    return out !== null && this.#clock.now() >= out.from && this.#clock.now() < out.to;
  }

  #classify({ signal }: HostCall): Promise<Classification> {
    if (this.#isOut()) return Promise.reject(REFUSED());
    return new Promise((resolve, reject) => {
      this.station.come(
        // What nobody waits for any more is not read.
        () => (signal.aborted ? 0 : logNormal(this.#card.medianMs, this.#card.sigma, this.#random)),
        () => {
          if (signal.aborted) reject(signal.reason as AdapterError);
          else if (this.#isOut()) reject(REFUSED());
          else resolve(ANSWER);
        },
      );
    });
  }
}

const REFUSED = (): AdapterError => new AdapterError('unavailable', 'connection refused');
