import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type HubSpotFailure, SyncStopped, SyncTrouble, failureOf, troubleOf } from './trouble.ts';

export interface CallerOptions {
  baseUrl: string;
  requestsPerSecond: number;
  /** Default 4: HubSpot allows an account 5. */
  searchesPerSecond?: number;
  /** Of one request, milliseconds. */
  timeoutMs: number;
  /** Ends waits and keeps further requests from being made. */
  signal: AbortSignal;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told when HubSpot asks to wait. */
  onWait?: (ms: number) => void;
}

/** What the SDK's `…WithHttpInfo` methods give. */
interface Answer<T> {
  headers: Record<string, string>;
  data: T;
}

const SEARCHES_PER_SECOND = 4;
const MAX_TRIES = 6;
const LONGEST_WAIT_MS = 60_000;

/**
 * Makes requests through the SDK one after the other: paced below HubSpot's limits (search has its own, 5 a second for the
 * account), tried again when HubSpot or the network asks for it, ended by a time limit. The SDK's own limiter and retries are
 * not used: they are shared by every client in the process, print to the terminal, and do not read Retry-After.
 */
export class Caller {
  readonly agent: HttpAgent;
  readonly #options: Required<CallerOptions>;
  #lastAt = { any: 0, search: 0 };
  /** HubSpot's clock at its last answer, rounded up to a second, milliseconds; null before the first. */
  clock: number | null = null;
  requests = 0;
  waitedMs = 0;

  constructor(options: CallerOptions) {
    this.#options = { pause, onWait: () => {}, searchesPerSecond: SEARCHES_PER_SECOND, ...options };
    const settings = { keepAlive: true, maxSockets: 2 };
    this.agent = options.baseUrl.startsWith('https:') ? new HttpsAgent(settings) : new HttpAgent(settings);
  }

  /**
   * @param doing what is asked for, for messages, e.g. `to list contacts`
   * @throws SyncTrouble when it cannot be had, SyncStopped when the signal says so
   */
  async call<T>(doing: string, send: () => Promise<Answer<T>>, kind: 'any' | 'search' = 'any'): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.#pace(kind);
      this.requests += 1;
      try {
        const { data, headers } = await this.#limited(send());
        const date = Date.parse(headers['date'] ?? '');
        // A Date header has whole seconds, cut off: up to one more has passed.
        if (!Number.isNaN(date)) this.clock = date + 1000;
        return data;
      } catch (error) {
        if (error instanceof SyncTrouble || error instanceof SyncStopped) throw error;
        const failure = failureOf(error);
        const wait = failure === null ? networkWait(error, attempt) : waitFor(failure, attempt);
        if (wait === null || attempt >= MAX_TRIES) throw this.#trouble(error, failure, doing);
        this.waitedMs += wait;
        this.#options.onWait(wait);
        await this.#options.pause(wait, this.#options.signal);
      }
    }
  }

  close(): void {
    this.agent.destroy();
  }

  #trouble(error: unknown, failure: HubSpotFailure | null, doing: string): SyncTrouble {
    if (failure !== null) return troubleOf(failure, doing);
    const { message, code } = error as { message?: string; code?: string };
    if (isNetwork(error)) {
      return new SyncTrouble(
        `HubSpot cannot be reached at ${this.#options.baseUrl} (${code ?? message ?? 'no reason given'}); check the network and hubspot.base_url, the sync tries again by itself`,
        { passing: true, cause: error },
      );
    }
    return malformed(doing, error);
  }

  async #pace(kind: 'any' | 'search'): Promise<void> {
    if (this.#options.signal.aborted) throw new SyncStopped();
    const { requestsPerSecond: perSecond, searchesPerSecond } = this.#options;
    const now = performance.now();
    const next = Math.max(
      this.#lastAt.any + 1000 / perSecond,
      kind === 'search' ? this.#lastAt.search + 1000 / Math.min(searchesPerSecond, perSecond) : 0,
    );
    if (next > now) await this.#options.pause(next - now, this.#options.signal);
    this.#lastAt.any = performance.now();
    if (kind === 'search') this.#lastAt.search = this.#lastAt.any;
  }

  async #limited<T>(answer: Promise<T>): Promise<T> {
    const { timeoutMs, signal } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    // One that was given up still ends some time, with nobody to hear of it.
    answer.catch(() => {});
    try {
      return await Promise.race([
        answer,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            this.agent.destroy();
            reject(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
          }, timeoutMs);
          stop = () => reject(new SyncStopped());
          signal.addEventListener('abort', stop, { once: true });
        }),
      ]);
    } finally {
      clearTimeout(timer);
      if (stop) signal.removeEventListener('abort', stop);
    }
  }
}

/** An answer of 2xx that is not what HubSpot's API gives. */
export function malformed(doing: string, cause: unknown): SyncTrouble {
  return new SyncTrouble(
    `the answer to the request ${doing} is not what HubSpot's API gives; check hubspot.base_url and any proxy in between`,
    { cause },
  );
}

/** How long to wait before the next try; null = trying again will not help. */
function waitFor({ status, policyName, message, retryAfterMs }: HubSpotFailure, attempt: number) {
  if (status === 429) {
    if (policyName === 'DAILY') return null;
    // The search limit is by the second and names itself in the message only.
    const usual =
      policyName === 'TEN_SECONDLY_ROLLING' && !/secondly limit/iu.test(message ?? '') ? 10_000 : 1_000;
    return Math.min(retryAfterMs ?? usual * attempt, LONGEST_WAIT_MS);
  }
  // 423 Locked: HubSpot asks for a pause of two seconds.
  if (status >= 500 || status === 423 || status === 408) {
    return attempt >= 5 ? null : Math.min(retryAfterMs ?? 1_000 * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  }
  return null;
}

function networkWait(error: unknown, attempt: number): number | null {
  return isNetwork(error) && attempt < 4 ? 1_000 * 2 ** (attempt - 1) : null;
}

/** node-fetch's own errors and those of sockets. */
function isNetwork(error: unknown): boolean {
  const { code, type, name } = error as { code?: unknown; type?: unknown; name?: unknown };
  return name === 'FetchError' ? type === 'system' : typeof code === 'string' && /^E[A-Z_]+$/u.test(code);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new SyncStopped());
    const stop = (): void => {
      clearTimeout(timer);
      reject(new SyncStopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
