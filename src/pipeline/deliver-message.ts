import type { Config } from '../config/config.ts';
import type { AttemptResult, Courier } from '../delivery/courier.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { DispositionEvent } from '../message/disposition.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { backoffMs } from '../queue/retry.ts';
import { type Delivery, LeaseLostError, settle } from '../queue/settle.ts';
import type { Database, Trx } from '../store/database.ts';
import type { ComposedMail, SendableMail } from './compose.ts';
import { giveBackSlot, takeSlot } from './mailbox-slots.ts';
import { queueReport } from './own-mail.ts';
import { readRelayedDraft, recordRelayedDraft } from './record-relayed.ts';
import { recheck } from './recheck.ts';

export interface DeliverOptions {
  database: Database;
  config: Config;
  rubric: () => Rubric;
  now: () => number;
  random: () => number;
  log: Logger;
  metrics: Metrics;
  /** The bytes and envelope of what is to be sent, and the couriers it may go by. */
  compose: (delivery: Delivery) => Promise<ComposedMail>;
  courierFor: (upstreams: string[]) => Courier;
  /** Of words to the hashes the thread index keeps. */
  fingerprint: Fingerprint;
}

/** Longer than the ten minutes a client waits for the answer to DATA. */
const ANSWER_LEASE_MS = 11 * 60_000;

/**
 * One courier attempt for a claimed delivery: re-check → attempt → transition. The attempt is committed before the
 * last byte is handed over, so that after a crash it is known whether the upstream may have the mail.
 */
export async function deliverMessage(options: DeliverOptions, delivery: Delivery): Promise<void> {
  const { database, now, courierFor, compose, metrics, log } = options;
  const mail = await compose(delivery);
  if ('refused' in mail) {
    await finish(options, delivery, null, { type: 'failed', note: mail.refused });
    return;
  }

  const attempt = await database.transact((trx) => begin(trx, options, delivery, mail));
  if (attempt === null) return;

  const { upstreams, ...job } = mail;
  const result = await courierFor(upstreams).attempt({
    ...job,
    deliveryId: delivery.id,
    beforeLastByte: () => database.transact((trx) => handOver(trx, options, delivery, attempt)),
  });
  metrics.attempts.inc({ upstream: result.upstream, outcome: result.outcome });
  log.info({ id: delivery.id, outcome: result.outcome, upstream: result.upstream }, 'courier attempt');

  // `aborted`: the hand-over transaction refused, and has settled the delivery itself where it had to.
  if (result.outcome === 'aborted') {
    await database.transact(async (trx) => {
      await closeAttempt(trx, attempt, result, now());
      await giveBackSlot(trx, delivery, options.config.mailboxes, mail.from, now());
    });
    return;
  }
  // Counted from the first try, not from acceptance: waiting for a send window or a reviewer is no failure.
  const { first } = await database.db
    .selectFrom('attempts')
    .select((eb) => eb.fn.min('started_at').as('first'))
    .where('delivery_id', '=', delivery.id)
    .where('kind', '=', attemptKind(delivery))
    .executeTakeFirstOrThrow();
  await finish(options, delivery, { attempt, result, mail }, eventOf(options, delivery, result, first));
}

function attemptKind(delivery: Delivery): 'forward' | 'relay' {
  return delivery.state === 'escalating' ? 'forward' : 'relay';
}

/** Opens the attempt, or settles the delivery because it may not go (now). Returns the attempt's id. */
async function begin(
  trx: Trx,
  options: DeliverOptions,
  delivery: Delivery,
  mail: SendableMail,
): Promise<number | null> {
  const now = options.now();
  await assertLease(trx, delivery);
  const stop = await recheck(trx, delivery, context(options, now));
  if (stop) {
    await stopAfterAll(trx, delivery, stop, now);
    return null;
  }
  const wait = await takeSlot(trx, delivery, options.config.mailboxes, mail.from, now);
  if (wait) {
    await settle(
      trx,
      delivery.id,
      { type: 'deferred', until: wait.until, note: wait.why },
      { actor: 'gate', now, leaseToken: delivery.lease_token },
    );
    return null;
  }
  const { id } = await trx
    .insertInto('attempts')
    .values({
      delivery_id: delivery.id,
      kind: attemptKind(delivery),
      upstream: mail.upstreams.join(','),
      started_at: now,
      handover_at: null,
      finished_at: null,
      outcome: null,
      response: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * The durable mark before the last byte. A delivery that must not go any more is settled here, in the same transaction
 * that denies the hand-over.
 */
async function handOver(
  trx: Trx,
  options: DeliverOptions,
  delivery: Delivery,
  attempt: number,
): Promise<boolean> {
  const now = options.now();
  await assertLease(trx, delivery);
  const stop = await recheck(trx, delivery, context(options, now));
  if (stop) {
    await stopAfterAll(trx, delivery, stop, now);
    return false;
  }
  await trx.updateTable('attempts').set({ handover_at: now }).where('id', '=', attempt).execute();
  // The upstream may take minutes to answer (RFC 5321 4.5.3.2.6); the lease must not lapse before it does.
  await trx
    .updateTable('deliveries')
    .set({ lease_until: now + ANSWER_LEASE_MS })
    .where('id', '=', delivery.id)
    .execute();
  return true;
}

/** The engine was told that it relays; what stops it now must reach it. */
async function stopAfterAll(
  trx: Trx,
  delivery: Delivery,
  stop: DispositionEvent,
  now: number,
): Promise<void> {
  const after = await settle(trx, delivery.id, stop, {
    actor: 'gate',
    now,
    leaseToken: delivery.lease_token,
  });
  await queueReport(trx, after, after.state === 'suppressed' ? 'report_failed' : 'report_delayed', now);
}

/** What the upstream's answer means for the delivery. */
function eventOf(
  { config, now, random }: DeliverOptions,
  delivery: Delivery,
  result: AttemptResult,
  firstAttemptAt: number,
): DispositionEvent {
  const note = `${result.upstream}: ${result.response}`;
  switch (result.outcome) {
    case 'delivered':
      return { type: 'delivered', note };
    case 'permanent':
      return { type: 'failed', note };
    case 'lost':
    case 'aborted':
      return { type: 'lost', note };
    case 'temporary': {
      const { give_up_hours } = config.delivery;
      if (now() - firstAttemptAt > give_up_hours * 3_600_000) {
        return { type: 'failed', note: `given up after ${give_up_hours} hours; last: ${note}` };
      }
      return {
        type: 'deferred',
        until: now() + backoffMs(delivery.attempts + 1, config.delivery, random()),
        note,
      };
    }
  }
}

async function finish(
  options: DeliverOptions,
  delivery: Delivery,
  done: { attempt: number; result: AttemptResult; mail: SendableMail } | null,
  event: DispositionEvent,
): Promise<void> {
  const { database, config, now } = options;
  await database.transact(async (trx) => {
    const at = now();
    if (done) await closeAttempt(trx, done.attempt, done.result, at);
    const after = await settle(trx, delivery.id, event, {
      actor: 'gate',
      now: at,
      leaseToken: delivery.lease_token,
      set: { attempts: delivery.attempts + 1 },
    });
    if (done && event.type !== 'delivered' && event.type !== 'lost') {
      await giveBackSlot(trx, delivery, config.mailboxes, done.mail.from, at);
    }
    if (event.type === 'failed' && delivery.kind === 'mail') {
      await queueReport(trx, after, 'report_failed', at);
    }
  });
  const joinsThread = event.type === 'delivered' && delivery.kind === 'mail' && delivery.state === 'relaying';
  if (done && joinsThread && delivery.prospect_id !== null)
    await joinThread(options, delivery, done.mail.raw);
}

/**
 * Adds the relayed draft to the CRM mirror's threads: after the delivery is settled and apart from it, because what the
 * upstream has taken must never look untaken.
 */
async function joinThread(
  { database, now, fingerprint, log }: DeliverOptions,
  delivery: Delivery,
  raw: Buffer,
): Promise<void> {
  try {
    const relayed = await readRelayedDraft(raw);
    await database.transact((trx) => recordRelayedDraft(trx, delivery, relayed, fingerprint, now()));
  } catch (err) {
    log.error({ err, id: delivery.id }, 'a relayed mail could not be added to its thread');
  }
}

async function closeAttempt(trx: Trx, attempt: number, result: AttemptResult, now: number): Promise<void> {
  await trx
    .updateTable('attempts')
    .set({ finished_at: now, outcome: result.outcome, response: result.response, upstream: result.upstream })
    .where('id', '=', attempt)
    .execute();
}

async function assertLease(trx: Trx, delivery: Delivery): Promise<void> {
  const row = await trx
    .selectFrom('deliveries')
    .select('lease_token')
    .where('id', '=', delivery.id)
    .executeTakeFirstOrThrow();
  if (row.lease_token !== delivery.lease_token) {
    throw new LeaseLostError(`the lease on delivery ${delivery.id} was taken over`);
  }
}

function context({ rubric, config }: DeliverOptions, now: number) {
  return {
    rubric: rubric(),
    decisions: config.decisions,
    now,
    holdMs: config.review.expire_days * 86_400_000,
  };
}
