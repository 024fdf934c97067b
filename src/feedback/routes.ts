import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Request, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { addressKind } from '../http/address-kind.ts';
import { bodyDone, readBody } from '../intake/http-body.ts';
import { Refusal, type RefusalKind } from '../intake/refusal.ts';
import { PROVIDER_TITLES, PROVIDERS, type ProviderName } from '../message/provider.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type ApplyOptions, applyEvent } from './apply-event.ts';
import { SignatureError, UnreadableEventError } from './errors.ts';
import type { Received } from './received.ts';
import { EVENT_BYTES, type EventSource, HeldBody } from './source.ts';
import { type InboundOptions, takeInboundEvent } from './take-inbound.ts';

export interface FeedbackOptions extends ApplyOptions, InboundOptions {
  sources: ReadonlyMap<ProviderName, EventSource>;
  metrics: Pick<Metrics, 'providerEvents' | 'providerEventsRefused'>;
  log: Logger;
}

/** More events than fit honestly into a megabyte. */
const MAX_EVENTS = 5_000;

/**
 * Events that share a commit: mail that comes meanwhile has several commits of its own to make and waits for these before each,
 * and not for all of the request.
 */
const AT_ONCE = 16;

/** Bodies beyond a megabyte that are read at the same time: each is kept in memory, and not all senders are known yet. */
const MAX_LARGE = 8;

const RETRY_SECONDS = '30';

/**
 * Unproven requests an address may make in a minute; then it is told to come later, before anything is read. Only public
 * addresses are counted: others may be a proxy's, and providers must not be kept out with the strangers behind it.
 */
const UNPROVEN_PER_MINUTE = 300;

/** `POST /events/<provider>`: 200 only after everything in the request is durable; the provider repeats the rest. */
export function feedbackRoutes(options: FeedbackOptions): Router {
  const { sources, metrics, log } = options;
  const router = Router();
  let large = 0;

  router.use(
    rateLimit({
      windowMs: 60_000,
      limit: UNPROVEN_PER_MINUTE,
      standardHeaders: false,
      legacyHeaders: false,
      validate: false,
      skip: (req) => addressKind((req.ip ?? '').replace(/^::ffff:/u, '')) !== 'public',
      skipSuccessfulRequests: true,
      requestWasSuccessful: (_req, res) => res.statusCode !== 401,
      handler: (_req, res) => {
        res.set('Retry-After', RETRY_SECONDS);
        answer(res, 429, 'too many requests of this address were not proven; try again later');
      },
    }),
  );

  router.post('/:provider', async (req, res) => {
    const provider = PROVIDERS.find((name) => name === req.params.provider);
    const source = provider && sources.get(provider);
    const limit = source?.limit(req.headers) ?? null;
    if (!provider || !source || limit === null) {
      return answer(res, 404, 'no provider of that name is configured to report events here');
    }
    const isLarge = limit > EVENT_BYTES;
    if (isLarge && large >= MAX_LARGE) return busy(res, 'too many large mails at once');
    if (isLarge) large += 1;
    try {
      source.checkHeaders(req.headers);
      const received = await receive(source, req, limit);
      await take(received, provider, options);
      res.json({ received: received.events.length + received.inbound.length });
    } catch (error) {
      if (error instanceof SignatureError) {
        metrics.providerEventsRefused.inc({ provider });
        log.warn({ provider, why: error.message }, 'refused an event whose sender is not proven');
        return answer(res, 401, error.message);
      }
      if (error instanceof UnreadableEventError) {
        log.warn({ provider, why: error.message }, 'could not read an event');
        return answer(res, 400, error.message);
      }
      if (error instanceof Refusal && error.kind !== 'trouble') {
        return answer(res, STATUS[error.kind] ?? 400, error.message);
      }
      log.error({ err: error, provider }, 'an event could not be taken; the provider will send it again');
      busy(res, `presend cannot take events of ${PROVIDER_TITLES[provider]} just now`);
    } finally {
      if (isLarge) large -= 1;
    }
  });
  return router;
}

/** Events are queued in their order and share commits; one that fails does not keep the others from counting. */
async function take(received: Received, provider: ProviderName, options: FeedbackOptions): Promise<void> {
  const { events, inbound } = received;
  if (events.length > MAX_EVENTS) throw new Refusal('too_large', `there are more than ${MAX_EVENTS} events`);
  const counted = (kind: string) => (isNew: boolean) => {
    if (isNew) options.metrics.providerEvents.inc({ provider, kind });
  };
  const work = [
    ...events.map((event) => () => applyEvent(event, options).then(counted(event.kind))),
    ...inbound.map((event) => () => takeInboundEvent(event, options).then(counted('inbound'))),
  ];
  const done: PromiseSettledResult<void>[] = [];
  for (let i = 0; i < work.length; i += AT_ONCE) {
    // What others have queued meanwhile is committed first.
    if (i > 0) await nextTurn();
    done.push(...(await Promise.allSettled(work.slice(i, i + AT_ONCE).map((one) => one()))));
  }
  const failed = done.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A provider sends at once. */
const BODY_SECONDS = 60;

const STATUS: Partial<Record<RefusalKind, number>> = { too_large: 413, too_slow: 408, content_type: 415 };

/** Reads the bytes as they came, since signatures are over those, and lets go of them. */
async function receive(source: EventSource, req: Request, maxBytes: number): Promise<Received> {
  const body = new HeldBody(await readBody(req, { maxBytes, seconds: BODY_SECONDS }), bodyDone);
  try {
    return await source.receive(req.headers, body);
  } finally {
    body.letGo();
  }
}

function answer(res: Response, status: number, error: string): void {
  res.status(status).json({ error });
}

function busy(res: Response, error: string): void {
  res.set('Retry-After', RETRY_SECONDS);
  answer(res, 503, error);
}
