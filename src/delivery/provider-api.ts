import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AttemptResult } from './courier.ts';
import { type Exchange, exchange } from './http-exchange.ts';
import type { Account, Dialect, StoredRequest } from './providers/dialect.ts';

/** A whole message on its way to a provider's API. */
export interface ApiJob {
  /** As it is to leave: the dialect's `depart` was applied. */
  request: StoredRequest;
  idempotencyKey: string;
  /** See AttemptJob. */
  beforeLastByte: () => Promise<boolean>;
}

export interface ProviderApiOptions {
  dialect: Dialect;
  account: Account;
  pool: number;
  attemptMs: number;
  answerMs: number;
  now: () => number;
  /** Added to every request, by which the gate knows its own. */
  hop: Record<string, string>;
}

/** Load balancers keep idle connections for 5 seconds and more. */
const IDLE_MS = 4_000;

/** When a provider says "later" without saying when. */
const DEFAULT_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 15 * 60_000;

/**
 * Hands messages to one provider's sending API over kept connections. While the provider has asked for a pause (429 or 503
 * with Retry-After, RFC 9110 10.2.3) nothing is sent to it.
 */
export class ProviderApi {
  readonly #options: ProviderApiOptions;
  readonly #agent: HttpAgent;
  #pausedUntil = 0;

  constructor(options: ProviderApiOptions) {
    this.#options = options;
    const Agent = options.account.baseUrl.startsWith('https:') ? HttpsAgent : HttpAgent;
    // Idle connections are closed before the provider's side does: one that closes under a request leaves its mail uncertain.
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.pool, timeout: IDLE_MS });
  }

  /** How long the provider remembers idempotency keys, milliseconds; null = it knows none. */
  get keyMs(): number | null {
    return this.#options.dialect.keyMs;
  }

  /** Never throws for what the provider does. */
  async attempt(job: ApiJob): Promise<AttemptResult> {
    const { dialect, now } = this.#options;
    const pause = this.#pausedUntil - now();
    if (pause > 0) {
      return {
        outcome: 'temporary',
        upstream: dialect.name,
        response: 'the provider asked for a pause',
        retryAfterMs: pause,
      };
    }
    const first = await this.#send(job);
    // A kept connection that had gone stale says nothing about the provider: once more over a new one.
    const result = first.kind === 'broken' && first.stale ? await this.#send(job) : first;
    return { ...this.#meaning(result), upstream: dialect.name };
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  #send(job: ApiJob): Promise<Exchange> {
    const { dialect, account, attemptMs, answerMs, now, hop } = this.#options;
    const request = dialect.request(job.request, account, job.idempotencyKey, now());
    return exchange(
      { ...request, headers: { ...request.headers, ...hop } },
      { agent: this.#agent, attemptMs, answerMs, beforeLastByte: job.beforeLastByte },
    );
  }

  #meaning(result: Exchange): Omit<AttemptResult, 'upstream'> {
    if (result.kind === 'refused') return { outcome: 'aborted', response: result.why };
    if (result.kind === 'broken') {
      return { outcome: result.handedOver ? 'lost' : 'temporary', response: result.why };
    }
    const { answer, handedOver } = result;
    const verdict = this.#options.dialect.interpret(answer);
    const retryAfterMs = this.#pauseFor(answer.status, answer.headers['retry-after']);
    // What was answered before the last byte left cannot have been carried out.
    const outcome =
      !handedOver && ['lost', 'delivered'].includes(verdict.outcome) ? 'temporary' : verdict.outcome;
    return {
      outcome,
      response: verdict.response,
      ...(verdict.upstreamId === null ? {} : { upstreamId: verdict.upstreamId }),
      ...(outcome === 'temporary' && retryAfterMs !== null ? { retryAfterMs } : {}),
    };
  }

  /** Retry-After as seconds or a date. */
  #pauseFor(status: number, header: string | string[] | undefined): number | null {
    if (status !== 429 && status !== 503) return null;
    const { now } = this.#options;
    const text = String(header ?? '').trim();
    const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now();
    const pause = Math.min(Math.max(Number.isFinite(asked) ? asked : DEFAULT_PAUSE_MS, 0), MAX_PAUSE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, now() + pause);
    return pause;
  }
}
