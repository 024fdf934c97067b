import type { Random } from '../../../evaluate/random.ts';
import type { Logger } from '../../../observability/logger.ts';
import { KNOWN_MAIL } from '../../known-mail.ts';
import { AdapterError, type Classification } from '../adapter.ts';
import type { HostState, HostStatus } from '../host-status.ts';
import { HostError } from '../remote-host.ts';
import type { TroubleKind } from '../trouble.ts';
import { Breaker } from './breaker.ts';
import type { Clock } from './clock.ts';
import { Latencies } from './hedge.ts';
import type { HostCall, HostObserver, HostResult, PoolHost } from './pool-host.ts';
import type { Loaded } from './route.ts';
import type { Served } from './served.ts';

/** A host that works answers what it serves within this time, however busy it is with mail. */
const CHECK_MS = 5_000;
const KNOWN_MAIL_MS = 20_000;

/** A host that said it is full is given nothing for this long. */
const REST_MS = 250;

export const RELEASED = 'the adapter was released';

/** `first`: somebody waits for it and for nothing else. The others give their place to one of these. */
export type AttemptKind = 'first' | 'hedge' | 'explain';

/** One call to one host. */
export interface Attempt<T> {
  readonly host: WatchedHost;
  kind: AttemptKind;
  readonly answer: Promise<T>;
  /** Frees its place at once and has the host told; `answer` rejects with the reason. */
  abandon(reason: AdapterError): void;
}

export interface WatchedHostOptions {
  clock: Clock;
  random: Random;
  log: Logger | null;
  observer: HostObserver;
  /** How often it is checked while it is ready, milliseconds. */
  checkMs: number;
  /** Whether what it serves is compared with what others serve. */
  compared: boolean;
  /** Why it may not be asked beside the others, one clause; null = nothing speaks against it. `reading` is null where only `served` is known. */
  admit: (host: WatchedHost, served: Served, reading: Classification | null) => Promise<string | null>;
  /** A probe or a check failed. */
  onDown: (kind: TroubleKind, message: string) => void;
  /** It can no longer be asked; `hangs` when calls to it wait for nothing. */
  onLeft: (host: WatchedHost, hangs: boolean) => void;
}

/**
 * One host with what the pool knows of it: its state, the calls it works on, how it answered lately.
 *
 * ```
 * probing ─ready→ ready ─fails, breaker opens→ open ─pause over→ probing (half open: one probe)
 *    ├─serves something else→ differs ─pause over→ probing       ready ─check: serves something else→ differs
 *    └─fails→ open
 * ```
 */
export class WatchedHost implements Loaded {
  readonly name: string;
  readonly limit: number;
  readonly latencies = new Latencies();
  lastTurn = 0;
  /** Resolves when the first probe is over, whatever came of it. */
  readonly known: Promise<void>;
  readonly #host: PoolHost;
  readonly #options: WatchedHostOptions;
  readonly #breaker: Breaker;
  readonly #attempts = new Set<Attempt<unknown>>();
  /** Probes and checks under way. */
  readonly #looking = new Set<AbortController>();
  #isKnown: () => void = () => {};
  #state: HostState = 'probing';
  #reason: string | null = null;
  #retryAt: number | null = null;
  #restUntil = 0;
  #answeredAt = 0;
  #probing: Promise<void> | null = null;
  #takeBack: () => void = () => {};
  #released = false;

  constructor(host: PoolHost, options: WatchedHostOptions) {
    this.name = host.name;
    this.limit = host.limit;
    this.#host = host;
    this.#options = options;
    this.#breaker = new Breaker(options.random);
    this.known = new Promise((resolve) => {
      this.#isKnown = resolve;
    });
  }

  get outstanding(): number {
    return this.#attempts.size;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Ready, and did not say a moment ago that it is full. */
  get takesCalls(): boolean {
    return this.isReady && this.#options.clock.now() >= this.#restUntil;
  }

  /** Never tried to the end. */
  get isNew(): boolean {
    return this.#state === 'probing' && this.#reason === null;
  }

  status(): HostStatus {
    const { name, limit, outstanding } = this;
    return {
      name,
      state: this.#state,
      reason: this.#reason,
      retryAt: this.#retryAt,
      outstanding,
      limit,
      p95Ms: this.latencies.p95(),
    };
  }

  /** Tries it: resolves when it is known whether it can be asked. Never rejects; a probe under way is joined. */
  probe(): Promise<void> {
    if (this.isReady || this.#released) return Promise.resolve();
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = null;
      this.#isKnown();
    });
    return this.#probing;
  }

  /** Puts one call to it. Whether it takes one is the caller's to look at. */
  start<T>(
    kind: AttemptKind,
    ask: (host: PoolHost, call: HostCall) => Promise<T>,
    { deadline, turn }: { deadline: number | undefined; turn: number },
  ): Attempt<T> {
    const { clock } = this.#options;
    const controller = new AbortController();
    const began = clock.now();
    this.lastTurn = turn;
    const over = (result: HostResult): boolean => {
      if (!this.#attempts.delete(attempt)) return false;
      this.#options.observer.onHostCall?.(this.name, result, (clock.now() - began) / 1000);
      return true;
    };
    const answer = ask(this.#host, {
      signal: controller.signal,
      ...(deadline === undefined ? {} : { deadline }),
    }).then(
      (value) => {
        if (over('ok')) this.#succeeded(kind === 'explain' ? null : clock.now() - began);
        return value;
      },
      (error: unknown) => {
        const failure = asAdapterError(error);
        const trouble = troubleOf(failure);
        // Its own answer about this mail: no trouble of the host's, or none until another host read the same mail.
        if (over(trouble ?? 'ok') && trouble !== null && trouble !== 'malformed')
          this.failed(trouble, failure.message);
        throw failure;
      },
    );
    const attempt: Attempt<T> = {
      host: this,
      kind,
      answer,
      abandon: (reason) => {
        over('abandoned');
        controller.abort(reason);
      },
    };
    this.#attempts.add(attempt);
    return attempt;
  }

  /** One that may give its place to a first question; null = none. */
  displaceable(): Attempt<unknown> | null {
    return [...this.#attempts].find(({ kind }) => kind !== 'first') ?? null;
  }

  /** It answered wrongly or not at all. */
  failed(kind: TroubleKind, message: string): void {
    const { clock } = this.#options;
    // Calls that were under way when it went down fail together; that is one failure.
    if (!this.isReady) return;
    if (kind === 'queue_full') {
      this.#restUntil = clock.now() + REST_MS;
      return;
    }
    if (this.#breaker.failed(kind, clock.now())) this.#leave('open', message, kind);
  }

  /** Ends probes and checks; the calls that it works on are left to end. */
  release(): void {
    this.#released = true;
    this.#takeBack();
    for (const controller of this.#looking) controller.abort(new AdapterError('closed', RELEASED));
  }

  /** Ends what it works on with a reason that has the callers ask elsewhere. */
  abandonAll(): void {
    const reason = new HostError('unavailable', 'hang', `${this.name} stopped answering`);
    for (const attempt of this.#attempts) attempt.abandon(reason);
  }

  async #probe(): Promise<void> {
    this.#takeBack();
    this.#state = 'probing';
    this.#retryAt = null;
    try {
      const served = await this.#within(CHECK_MS, (call) => this.#host.open(call));
      // What it says of itself comes first: one without its adapter cannot read the known mail, and that would say less.
      let difference = await this.#options.admit(this, served, null);
      if (difference === null && this.#options.compared) {
        const reading = await this.#within(KNOWN_MAIL_MS, (call) => this.#host.classify(KNOWN_MAIL, call));
        difference = await this.#options.admit(this, served, reading);
      }
      if (difference === null) this.#enter();
      else this.#leave('differs', difference, 'load');
    } catch (error) {
      this.#down(asAdapterError(error));
    }
  }

  #enter(): void {
    if (this.#reason !== null) this.#options.log?.info({ host: this.name }, 'adapter host is back');
    this.#state = 'ready';
    this.#reason = null;
    this.#checkLater();
  }

  #checkLater(): void {
    const { clock, checkMs, random } = this.#options;
    if (this.#released) return;
    this.#takeBack();
    this.#takeBack = clock.after(checkMs * (0.75 + random() / 2), () => void this.#check());
  }

  async #check(): Promise<void> {
    const began = this.#options.clock.now();
    try {
      const served = await this.#within(CHECK_MS, (call) => this.#host.check(call));
      const difference = await this.#options.admit(this, served, null);
      if (!this.isReady) return;
      if (difference === null) this.#checkLater();
      else this.#leave('differs', difference, 'load');
    } catch (error) {
      if (!this.isReady) return;
      // One that answers mail is there, whatever became of the check.
      if (this.#answeredAt >= began) this.#checkLater();
      else this.#down(asAdapterError(error));
    }
  }

  #down(error: AdapterError): void {
    if (this.#released) return;
    const kind = troubleOf(error) ?? 'load';
    this.#options.onDown(kind, error.message);
    this.#leave('open', error.message, kind);
  }

  #leave(state: 'open' | 'differs', reason: string, kind: TroubleKind): void {
    const { clock, log } = this.#options;
    const wait = this.#breaker.open();
    this.#state = state;
    this.#reason = reason;
    this.#retryAt = clock.now() + wait;
    this.#takeBack();
    if (!this.#released) {
      log?.warn({ host: this.name, kind, reason, retry_ms: Math.round(wait) }, 'adapter host is not asked');
      this.#takeBack = clock.after(wait, () => void this.probe());
    }
    this.#options.onLeft(this, kind === 'hang');
  }

  #succeeded(ms: number | null): void {
    const now = this.#options.clock.now();
    this.#answeredAt = now;
    this.#breaker.succeeded(now);
    if (ms !== null) this.latencies.add(ms);
  }

  async #within<T>(ms: number, ask: (call: HostCall) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const late = new HostError('unavailable', 'hang', `${this.name} did not answer within ${ms / 1000} s`);
    const takeBack = this.#options.clock.after(ms, () => controller.abort(late));
    this.#looking.add(controller);
    try {
      return await ask({ signal: controller.signal });
    } finally {
      takeBack();
      this.#looking.delete(controller);
    }
  }
}

/** How whoever counts troubles counts it; null = it says nothing about the host. */
export function troubleOf(error: AdapterError): TroubleKind | null {
  if (error.trouble === 'malformed') return 'malformed';
  if (error.trouble !== 'unavailable') return null;
  return error instanceof HostError ? error.kind : 'load';
}

export const asAdapterError = (error: unknown): AdapterError =>
  error instanceof AdapterError
    ? error
    : new AdapterError('unavailable', error instanceof Error ? error.message : String(error), {
        cause: error,
      });
