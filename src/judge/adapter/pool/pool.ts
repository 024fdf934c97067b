import type { Random } from '../../../evaluate/random.ts';
import type { Decision } from '../../../message/types.ts';
import type { Logger } from '../../../observability/logger.ts';
import {
  type Adapter,
  AdapterError,
  type AdapterHealth,
  type AdapterInput,
  type CallOptions,
  type Classification,
} from '../adapter.ts';
import type { HostStatus } from '../host-status.ts';
import type { OnTrouble } from '../trouble.ts';
import { type Clock, WALL_CLOCK } from './clock.ts';
import { HEDGE, HedgeBudget, type HedgeRule } from './hedge.ts';
import type { HostCall, HostObserver, PoolHost } from './pool-host.ts';
import { race } from './race.ts';
import { leastOutstanding } from './route.ts';
import { type Served, differs, readsOtherwise } from './served.ts';
import { type AttemptKind, RELEASED, WatchedHost, asAdapterError, troubleOf } from './watched-host.ts';

export interface PoolOptions {
  version: string;
  /** At least one. The first that answers at the start is what the others must agree with. */
  hosts: readonly PoolHost[];
  hedge?: HedgeRule;
  /** Throws for what no host could take, before one is asked. */
  refuse?: (input: AdapterInput) => void;
  onTrouble?: OnTrouble;
  observer?: HostObserver;
  log?: Logger | null;
  /** How often a host that is ready is checked, milliseconds. */
  checkMs?: number;
  clock?: Clock;
  random?: Random;
}

const CHECK_EVERY_MS = 10_000;

type Ask<T> = (host: PoolHost, call: HostCall) => Promise<T>;

/**
 * The adapter on one or more hosts. A call goes to the ready host with the least to do; one that fails there is put to
 * another, one that takes long is put to a second as well. No host is given more than it takes: when none has room a
 * question is refused as `busy` and waits where it came from. Nothing is sent before the first call or `warmup()`.
 */
export class AdapterPool implements Adapter {
  readonly version: string;
  readonly #hosts: readonly WatchedHost[];
  readonly #refuse: (input: AdapterInput) => void;
  readonly #onTrouble: OnTrouble;
  readonly #observer: HostObserver;
  readonly #clock: Clock;
  readonly #budget: HedgeBudget;
  readonly #inFlight = new Set<Promise<unknown>>();
  #reference: { host: WatchedHost; served: Served; reading: Classification } | null = null;
  #turn = 0;
  #released: Promise<void> | null = null;

  constructor({
    version,
    hosts,
    hedge = HEDGE,
    refuse = () => {},
    onTrouble = () => {},
    observer = {},
    log = null,
    checkMs = CHECK_EVERY_MS,
    clock = WALL_CLOCK,
    random = Math.random,
  }: PoolOptions) {
    this.version = version;
    this.#refuse = refuse;
    this.#onTrouble = onTrouble;
    this.#observer = observer;
    this.#clock = clock;
    this.#budget = new HedgeBudget(hedge);
    this.#hosts = hosts.map(
      (host) =>
        new WatchedHost(host, {
          clock,
          random,
          log,
          observer,
          checkMs,
          compared: hosts.length > 1,
          admit: (...of) => this.#admit(...of),
          onDown: onTrouble,
          onLeft: (left, hangs) => this.#moveOn(left, hangs),
        }),
    );
  }

  /** Tries every host that is not ready. Resolves when all are known and one is ready. */
  warmup(): Promise<void> {
    return this.#track(async () => {
      await Promise.all(this.#hosts.map((host) => host.probe()));
      this.#requireOpen();
      const health = this.health();
      if (health.state === 'failed') throw new AdapterError('unavailable', health.reason);
    });
  }

  health(): AdapterHealth {
    if (this.#hosts.some(({ isReady }) => isReady)) return { state: 'ready' };
    if (this.#hosts.some(({ isNew }) => isNew)) return { state: 'loading' };
    const states = this.hosts();
    const reasons = states.map(({ name, reason }) =>
      states.length === 1 ? (reason ?? '') : `${name}: ${reason ?? ''}`,
    );
    return {
      state: 'failed',
      reason: states.length === 1 ? (reasons[0] ?? '') : `no host can be asked: ${reasons.join('; ')}`,
      retryAt: Math.min(...states.map(({ retryAt }) => retryAt ?? this.#clock.now())),
    };
  }

  hosts(): HostStatus[] {
    return this.#hosts.map((host) => host.status());
  }

  /** Calls that its ready hosts take together; 1 while there is none, so that whoever asks hears why. */
  capacity(): number {
    return Math.max(
      1,
      this.#hosts.filter(({ isReady }) => isReady).reduce((sum, { limit }) => sum + limit, 0),
    );
  }

  classify(input: AdapterInput, options: CallOptions = {}): Promise<Classification> {
    return this.#call('first', input, options, (host, call) => host.classify(input, call));
  }

  explain(input: AdapterInput, decision: Decision, options: CallOptions = {}): Promise<string> {
    return this.#call('explain', input, options, (host, call) => host.explain(input, decision, call));
  }

  release(): Promise<void> {
    this.#released ??= this.#settled();
    for (const host of this.#hosts) host.release();
    return this.#released;
  }

  async #settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  #call<T>(
    kind: 'first' | 'explain',
    input: AdapterInput,
    { deadline }: CallOptions,
    ask: Ask<T>,
  ): Promise<T> {
    return this.#track(async () => {
      if (deadline !== undefined && deadline <= this.#clock.now()) {
        throw new AdapterError('unavailable', 'the adapter did not answer before the deadline');
      }
      this.#refuse(input);
      await this.#someReady();
      const health = this.health();
      if (health.state === 'failed') throw new AdapterError('unavailable', health.reason);
      if (kind === 'first') this.#budget.earn();
      return this.#ask(kind, ask, deadline);
    });
  }

  /** Host after host, until one answers or none is left that could. */
  async #ask<T>(kind: 'first' | 'explain', ask: Ask<T>, deadline: number | undefined): Promise<T> {
    const tried = new Set<WatchedHost>();
    /** Answered, but no reading. */
    const doubtful = new Map<WatchedHost, AdapterError>();
    let last: AdapterError | null = null;
    for (;;) {
      const host = this.#next(kind, tried, last);
      if (!host) throw this.#noHost(tried, last);
      // With one host there is a second try there, and no third.
      const again = tried.has(host);
      tried.add(host);
      try {
        const answer = await race<T>({
          first: this.#start(host, kind, ask, deadline),
          hedgeAfter: kind === 'first' ? this.#budget.delayMs(host.latencies) : null,
          hedge: (long) => this.#hedge(long, tried, ask, deadline),
          clock: this.#clock,
          observer: this.#observer,
          onFailure: (failed, error) => {
            if (error.trouble === 'malformed') doubtful.set(failed, error);
          },
        });
        for (const [wrong, { message }] of doubtful) wrong.failed('malformed', message);
        return answer;
      } catch (error) {
        last = asAdapterError(error);
        if (again || !worthAnother(last)) throw this.#told(last);
      }
    }
  }

  #next(
    kind: 'first' | 'explain',
    tried: ReadonlySet<WatchedHost>,
    last: AdapterError | null,
  ): WatchedHost | null {
    const open = this.#hosts.filter((host) => host.takesCalls && !tried.has(host));
    const free = leastOutstanding(open);
    if (free) return free;
    if (kind === 'first') {
      const [place] = open.flatMap((host) => host.displaceable() ?? []);
      if (place) {
        place.abandon(new AdapterError('busy', 'classifications took the place of this explanation'));
        return place.host;
      }
    }
    if (last === null || troubleOf(last) !== 'crash' || this.#hosts.length > 1) return null;
    return leastOutstanding(this.#hosts.filter(({ takesCalls }) => takesCalls));
  }

  #hedge<T>(long: boolean, tried: Set<WatchedHost>, ask: Ask<T>, deadline: number | undefined) {
    const second = leastOutstanding(this.#hosts.filter((host) => host.takesCalls && !tried.has(host)));
    if (!second || !this.#budget.spend(long)) return null;
    tried.add(second);
    return this.#start(second, 'hedge', ask, deadline);
  }

  #start<T>(host: WatchedHost, kind: AttemptKind, ask: Ask<T>, deadline: number | undefined) {
    this.#turn += 1;
    return host.start(kind, ask, { deadline, turn: this.#turn });
  }

  #noHost(tried: ReadonlySet<WatchedHost>, last: AdapterError | null): AdapterError {
    const waiting = this.#hosts.filter((host) => host.isReady && !tried.has(host));
    if (waiting.length === 0 && last !== null && troubleOf(last) !== 'queue_full') return this.#told(last);
    const message = `every host works on as many calls as it takes (${this.hosts()
      .map(({ name, outstanding, limit }) => `${name} ${outstanding}/${limit}`)
      .join(', ')})`;
    this.#onTrouble('queue_full', message);
    return new AdapterError('busy', message);
  }

  /** A call that got no answer is told once, as what happened last. */
  #told(error: AdapterError): AdapterError {
    const kind = troubleOf(error);
    if (kind !== null) this.#onTrouble(kind, error.message);
    return error;
  }

  /** At the start: waits for the first host that answers. */
  async #someReady(): Promise<void> {
    for (;;) {
      const fresh = this.#hosts.filter(({ isNew }) => isNew);
      if (fresh.length === 0 || this.#hosts.some(({ isReady }) => isReady)) return;
      await Promise.race(fresh.map((host) => host.probe()));
      this.#requireOpen();
    }
  }

  /** Calls that hang on a host go on to others, where there are others. */
  #moveOn(left: WatchedHost, hangs: boolean): void {
    if (hangs && this.#hosts.some(({ isReady }) => isReady)) left.abandonAll();
  }

  async #admit(host: WatchedHost, served: Served, reading: Classification | null): Promise<string | null> {
    if (this.#hosts.length === 1) return null;
    // The order of the registry decides which host the others are held against, not who answers first.
    const before = this.#hosts.slice(0, this.#hosts.indexOf(host));
    if (!this.#reference) await Promise.all(before.map(({ known }) => known));
    if (!this.#reference) {
      if (reading) this.#reference = { host, served, reading };
      return null;
    }
    const of = this.#reference;
    const other = of.host === host ? 'it did so far' : of.host.name;
    const difference =
      differs(served, of.served, other) ?? (reading && readsOtherwise(reading, of.reading, other));
    if (difference === null) return null;
    return `${difference}; let all hosts serve the same, and restart presend if ${of.host.name} was the wrong one`;
  }

  #requireOpen(): void {
    if (this.#released) throw new AdapterError('closed', RELEASED);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    const result = work();
    this.#inFlight.add(result);
    try {
      return await result;
    } finally {
      this.#inFlight.delete(result);
    }
  }
}

/** Whether another host may do better. */
const worthAnother = (error: AdapterError): boolean => troubleOf(error) !== null;
