import type { AttemptJob, AttemptResult, Courier } from './courier.ts';

/**
 * Several upstreams tried in order. The next one gets the mail only while it is certain that none has accepted it:
 * after a temporary failure before `beforeLastByte` was asked (connection, TLS, login, 4xx to the envelope), or
 * where an upstream lacks an extension the mail needs. A refusal of the mail itself (5xx) is final everywhere.
 *
 * `close` leaves the couriers alone: they are shared (couriers.ts).
 */
export class Failover implements Courier {
  readonly #couriers: readonly Courier[];

  /** @param couriers at least one, in order of preference */
  constructor(couriers: readonly Courier[]) {
    this.#couriers = couriers;
  }

  async attempt(job: AttemptJob): Promise<AttemptResult> {
    let asked = false;
    const watched: AttemptJob = {
      ...job,
      beforeLastByte: () => {
        asked = true;
        return job.beforeLastByte();
      },
    };
    let temporary: AttemptResult | null = null;
    let result: AttemptResult | null = null;
    for (const courier of this.#couriers) {
      result = await courier.attempt(watched);
      if (asked || !(result.outcome === 'temporary' || result.elsewhere)) return result;
      if (result.outcome === 'temporary') temporary = result;
    }
    // One that lacks an extension does not make it final while another one may be back later.
    return temporary ?? result!;
  }

  async close(): Promise<void> {}
}
