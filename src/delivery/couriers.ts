import type { Courier } from './courier.ts';
import { Failover } from './failover.ts';
import { OUTBOX, Outbox } from './outbox.ts';
import { SmtpRelay } from './smtp-relay.ts';
import type { Upstream } from './upstream.ts';

/** Every courier of the gate, by the name of its upstream. Connections are shared by all deliveries. */
export class Couriers {
  readonly #byName = new Map<string, Courier>();
  readonly #defaults: readonly string[];

  /**
   * @param upstreams in the order of the configuration, which is the default failover order. Empty: everything is
   * captured in the outbox
   */
  constructor(upstreams: readonly Upstream[], options: { outboxDir: string; now: () => number }) {
    for (const upstream of upstreams) this.#byName.set(upstream.name, new SmtpRelay(upstream));
    this.#defaults = upstreams.length > 0 ? upstreams.map((upstream) => upstream.name) : [OUTBOX];
    // An upstream of that name in the configuration wins.
    if (!this.#byName.has(OUTBOX)) this.#byName.set(OUTBOX, new Outbox(options.outboxDir, options.now));
  }

  /**
   * The courier for one delivery.
   *
   * @param names the engine's upstreams in failover order; empty = the default order. Names that are not configured
   * are a temporary failure when the courier is used: the mail waits until the configuration is mended, and never
   * goes by an upstream nobody chose
   */
  for(names: readonly string[]): Courier {
    const order = names.length > 0 ? names : this.#defaults;
    const couriers = order.map((name) => this.#byName.get(name) ?? notConfigured(name));
    return couriers.length === 1 ? couriers[0]! : new Failover(couriers);
  }

  /** Ends all connections; attempts under way finish first on their own. */
  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((courier) => courier.close()));
  }
}

function notConfigured(name: string): Courier {
  return {
    attempt: async () => ({
      outcome: 'temporary',
      upstream: name,
      response: `upstream ${name} is not configured`,
    }),
    close: async () => {},
  };
}
