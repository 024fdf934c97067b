import { Webhook } from 'standardwebhooks';
import type { Config } from '../config/config.ts';
import { webhookSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { failPoint } from '../observability/fail-point.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { type ClaimedEvent, claimEvents, settleEvent } from './event-queue-store.ts';
import { type PostResult, postWebhook } from './webhook-post.ts';
import { nextStep } from './webhook-retry.ts';
import type { ResolveAll } from '../http/checked-lookup.ts';
import { assertWebhookUrl, guardedLookup } from './webhook-target.ts';

export interface WebhookSenderOptions {
  database: Database;
  config: Config['webhooks'];
  /** The gate's key that engines' webhook secrets are derived from. */
  key: Buffer;
  now: () => number;
  /** In [0, 1), for jitter. */
  random: () => number;
  log: Logger;
  /** How often to look for events nobody announced: retries that fall due, a replay from the command line. */
  pollMs?: number;
  /** Resolves names; default: the system's resolver. */
  resolve?: ResolveAll;
  /** Told of every attempt. */
  onAttempt?: (outcome: 'delivered' | 'retry' | 'given_up', seconds: number) => void;
}

/** What a lease leaves for the transactions around an attempt. */
const LEASE_MARGIN_MS = 60_000;

/**
 * Sends engines the events about their mail, each at least once and in order per delivery, signed as Standard Webhooks say.
 * The event's id is the same at every attempt, so that a receiver can tell a repetition.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  #stopping = false;
  #wake: () => void = () => {};
  #loop: Promise<void> = Promise.resolve();
  /** Attempts in flight, with the engine each is for. */
  readonly #inFlight = new Map<Promise<void>, string>();
  /** Engines whose last attempt failed. */
  readonly #failing = new Set<string>();

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** An event may be due: look now instead of at the next poll. */
  wake(): void {
    this.#wake();
  }

  /** Takes no more events and waits for the attempts in flight. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#loop;
    await Promise.all(this.#inFlight.keys());
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      // Before the claim, so that an event announced during it is not slept over.
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const due = await this.#claim();
      if (due.length > 0) failPoint('event-claimed');
      for (const event of due) {
        const work: Promise<void> = this.#send(event)
          // The lease lapses and the event is sent again.
          .catch((err: unknown) =>
            this.#options.log.error({ err, event: event.id }, 'an event was not settled'),
          )
          .finally(() => {
            this.#inFlight.delete(work);
            this.wake();
          });
        this.#inFlight.set(work, event.engineId);
      }
      if (due.length > 0 || this.#stopping) continue;
      const timer = setTimeout(this.#wake, this.#options.pollMs ?? 500);
      await woken;
      clearTimeout(timer);
    }
  }

  async #claim(): Promise<ClaimedEvent[]> {
    const { database, config, now, log } = this.#options;
    const limit = config.concurrency - this.#inFlight.size;
    if (limit <= 0) return [];
    try {
      return await database.transact(
        (trx) =>
          claimEvents(trx, {
            now: now(),
            leaseMs: config.timeout_seconds * 1000 + LEASE_MARGIN_MS,
            limit,
            failing: this.#failing,
            inFlight: new Set(this.#inFlight.values()),
          }),
        { concurrent: true },
      );
    } catch (err) {
      log.error({ err }, 'the events cannot be read; trying again');
      return [];
    }
  }

  async #send(event: ClaimedEvent): Promise<void> {
    const { database, config, now, random, log, onAttempt } = this.#options;
    const began = performance.now();
    const result = await this.#post(event);
    failPoint('event-sent');
    const durationMs = Math.round(performance.now() - began);
    const at = now();
    const next = nextStep(result, {
      attempts: event.attempts + 1,
      now: at,
      giveUpAt: event.queuedAt + config.give_up_hours * 3_600_000,
      random: random(),
    });
    if (next.state === 'delivered') this.#failing.delete(event.engineId);
    else this.#failing.add(event.engineId);
    const { status } = result;
    const error = next.state === 'delivered' ? null : (result.error ?? explained(status));
    await database.transact((trx) => settleEvent(trx, event, { at, status, error, durationMs }, next), {
      concurrent: true,
    });
    onAttempt?.(next.state === 'pending' ? 'retry' : next.state, durationMs / 1000);
    if (next.state === 'given_up')
      log.warn({ event: event.id, engine: event.engineId, error }, 'event given up');
  }

  async #post(event: ClaimedEvent): Promise<PostResult> {
    const { config, key, now, resolve, log } = this.#options;
    const target = { allowPrivate: config.allow_private };
    try {
      // Again at every attempt: the configuration may have changed since the URL was set.
      const url = assertWebhookUrl(event.url, target);
      const secret = webhookSecret(key, { id: event.engineId, webhookSecretVersion: event.secretVersion });
      return await postWebhook(url, {
        headers: signedHeaders(event, secret, now()),
        body: event.body,
        timeoutMs: config.timeout_seconds * 1000,
        lookup: guardedLookup(url, target, resolve),
      });
    } catch (error) {
      // An event that cannot even be put into a request must come to an end, too.
      if (!(error instanceof UserError))
        log.error({ err: error, event: event.id }, 'an event cannot be sent');
      return { status: null, error: (error as Error).message, retryAfter: null };
    }
  }
}

/**
 * The headers of Standard Webhooks, and the same under Svix's names: engines that verify a provider's events with Svix's
 * library look for those. The algorithm is one and the same.
 */
function signedHeaders(event: ClaimedEvent, secret: string, now: number): Record<string, string> {
  const signature = new Webhook(secret).sign(event.id, new Date(now), event.body);
  const values = { id: event.id, timestamp: String(Math.floor(now / 1000)), signature };
  return {
    'content-type': event.contentType,
    'user-agent': 'presend',
    ...Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => [
        [`webhook-${name}`, value],
        [`svix-${name}`, value],
      ]),
    ),
  };
}

function explained(status: number | null): string {
  if (status !== null && status >= 300 && status < 400) {
    return `answered ${status}: redirects are not followed; set the webhook to where it leads`;
  }
  return status === 410 ? 'answered 410: gone' : `answered ${status ?? 'nothing'}`;
}
