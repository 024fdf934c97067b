import { withoutSecrets } from '../config/known-secrets.ts';
import type { Config } from '../config/config.ts';
import type { AttemptResult, Courier } from '../delivery/courier.ts';
import type { ProviderApi } from '../delivery/provider-api.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { DispositionEvent } from '../message/disposition.ts';
import type { ProviderName } from '../message/provider.ts';
import { addressKey } from '../crm/address.ts';
import { recheckRecord } from '../crm/recheck.ts';
import { removeSuppressions, UNCLEAR } from '../crm/suppression-store.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { failPoint } from '../observability/fail-point.ts';
import type { Logger } from '../observability/logger.ts';
import type { Stages } from '../observability/stages.ts';
import type { InHand } from '../queue/in-hand.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import { readRaw } from '../queue/store.ts';
import type { Database, Trx } from '../store/database.ts';
import { later } from '../store/later.ts';
import { lockNames } from '../store/locks-store.ts';
import { READ_TRIES, outlast } from '../store/outlast.ts';
import { prepared } from '../store/prepared.ts';
import { together } from '../store/together.ts';
import { holdEvent, lostEvent, mayBeThereAlready, stopIfForbidden, stopsOf } from './attempt-guards.ts';
import { eventOf } from './attempt-outcome.ts';
import {
  closeAttempt,
  dropIdempotency,
  firstAttemptAt,
  letGo,
  markHandedOver,
  openAttempt,
  stillHolds,
  takeAlong,
  unansweredAttempt,
} from './attempt-store.ts';
import type { ComposedMail, SendableMail } from './compose.ts';
import type { ComposedRequest } from './compose-request.ts';
import { giveBackSlot, takeSlot } from './mailbox-slots.ts';
import { queueReport } from './own-mail.ts';
import { readRelayedDraft, recordRelayedDraft } from './record-relayed.ts';

export interface DeliverOptions {
  database: Database;
  config: Config;
  rubric: () => Rubric;
  now: () => number;
  random: () => number;
  log: Logger;
  stages: Stages;
  /** What is to be sent for a delivery, and by which way. */
  compose: (delivery: Delivery) => Promise<ComposedMail>;
  courierFor: (upstreams: string[]) => Courier;
  apiOf: (provider: ProviderName) => ProviderApi;
  /** Of words to the hashes the thread index keeps. */
  fingerprint: Fingerprint;
  /** What other attempts of this process are for; the members of this one are added. */
  attempting: InHand;
  /** Looks whether the kill switch was touched. */
  lookAtSwitch: () => Promise<void>;
  /** The gate is stopping: wait for no disk any more. */
  giveUp: AbortSignal;
}

/** A delivery that one attempt is made for; through a provider's API there may be several, which share its outcome. */
interface Member {
  delivery: Delivery;
  /** Id of its row in `attempts`. */
  attempt: number;
}

type Sendable = SendableMail | ComposedRequest;

/** Nobody waits for an attempt: what many write at once shares a commit. */
const IN_BACKGROUND = { concurrent: true, background: true };

/** Longer than the ten minutes a client waits for the answer to DATA. */
const ANSWER_LEASE_MS = 11 * 60_000;

/**
 * One courier attempt for a claimed delivery: re-check → attempt → transition. The attempt is committed before the
 * last byte is handed over, so that after a crash it is known whether the upstream may have the mail.
 */
export async function deliverMessage(options: DeliverOptions, delivery: Delivery): Promise<void> {
  const { database, compose, lookAtSwitch } = options;
  const [mail] = await outlast(
    () => together([compose(delivery), lookAtSwitch()]),
    options.giveUp,
    READ_TRIES,
  );
  if ('waits' in mail) return;
  if ('refused' in mail) {
    await settleUntried(options, delivery, { type: 'failed', note: mail.refused });
    return;
  }
  if ('held' in mail) {
    await settleUntried(options, delivery, holdEvent(options, 'cannot_leave', mail.held));
    return;
  }

  const members = await outlast(
    () => database.transact((trx) => begin(trx, options, delivery, mail), IN_BACKGROUND),
    options.giveUp,
  );
  if (members === null) return;
  const letGo = options.attempting.hold(members.map((member) => member.delivery.id));
  try {
    await attemptFor(options, delivery, mail, members);
  } finally {
    letGo();
  }
}

/** The attempt itself, for all its members, until what came of it is on disk. */
async function attemptFor(
  options: DeliverOptions,
  delivery: Delivery,
  mail: Sendable,
  members: Member[],
): Promise<void> {
  const { database, stages } = options;
  failPoint('attempt-opened');

  const beforeLastByte = (): Promise<boolean> =>
    database.transact((trx) => handOver(trx, options, members), IN_BACKGROUND);
  const stage = stages.attempting(members.map((member) => member.delivery));
  const answered = await attempt(options, delivery, mail, beforeLastByte);
  failPoint('reply-received');
  const result = { ...answered, response: withoutSecrets(answered.response) };
  stage.attempted(result);
  // What the upstream answered is known only here. Should the gate end first, the attempt is left open and so uncertain.
  await stage.settle(() =>
    outlast(
      () => database.transact((trx) => finish(trx, options, members, mail, result), IN_BACKGROUND),
      options.giveUp,
    ),
  );
  failPoint('settled');

  if (result.outcome !== 'delivered') return;
  for (const { delivery: sent } of members) {
    const joins = sent.kind === 'mail' && sent.state === 'relaying' && sent.prospect_id !== null;
    if (joins) await joinThread(options, sent, mail.by === 'smtp' ? mail.raw : null);
  }
}

function attempt(
  { courierFor, apiOf }: DeliverOptions,
  delivery: Delivery,
  mail: Sendable,
  beforeLastByte: () => Promise<boolean>,
): Promise<AttemptResult> {
  if (mail.by === 'api') {
    const { provider, request, idempotencyKey } = mail;
    return apiOf(provider).attempt({ request, idempotencyKey, beforeLastByte });
  }
  const { upstreams, ...job } = mail;
  return courierFor(upstreams).attempt({ ...job, deliveryId: delivery.id, beforeLastByte });
}

/** Opens the attempts, or settles the deliveries because they may not go (now). */
async function begin(
  trx: Trx,
  options: DeliverOptions,
  delivery: Delivery,
  mail: Sendable,
): Promise<Member[] | null> {
  const now = options.now();
  const members = mail.by === 'api' ? mail.members : [delivery];
  const key = mail.by === 'api' ? mail.idempotencyKey : null;
  const guard = (some: Delivery[]) =>
    together([mayBeThereAlready(trx, options, some, key), stopsOf(trx, options, some)]);
  // One that goes alone is asked about at once: where its lease was taken over, all of it is taken back.
  const [taken, alone] = await together([
    takeAlong(trx, delivery, members, { now, attempting: options.attempting }),
    mail.by === 'api' ? null : guard(members),
  ]);
  if (taken === null) return null;
  const [isThere, stops] = alone ?? (await guard(taken));
  if (isThere || (await stopIfForbidden(trx, options, taken, stops))) return null;

  const from = mail.from;
  for (const [i, one] of taken.entries()) {
    const wait = await takeSlot(trx, one, options.config.mailboxes, from, now);
    if (!wait) continue;
    for (const before of taken.slice(0, i)) {
      await giveBackSlot(trx, before, options.config.mailboxes, from, now);
    }
    for (const waiting of taken) {
      const event: DispositionEvent = { type: 'deferred', until: wait.until, note: wait.why };
      await settle(trx, waiting.id, event, { actor: 'gate', now, leaseToken: waiting.lease_token });
    }
    return null;
  }
  const opened: Member[] = [];
  for (const one of taken)
    opened.push({ delivery: one, attempt: await openAttempt(trx, one, attemptOf(options, mail, now), now) });
  return opened;
}

function attemptOf({ apiOf }: DeliverOptions, mail: Sendable, now: number) {
  if (mail.by === 'smtp') {
    return { upstream: mail.upstreams.join(','), idempotency_key: null, idempotent_until: null };
  }
  const { keyMs } = apiOf(mail.provider);
  return {
    upstream: mail.provider,
    idempotency_key: keyMs === null ? null : mail.idempotencyKey,
    idempotent_until: keyMs === null ? null : now + keyMs,
  };
}

const leaseUntil = prepared((db, { id, until }: { id: string; until: number }) =>
  db.updateTable('deliveries').set({ lease_until: until }).where('id', '=', id),
);

/**
 * The durable mark before the last byte. Deliveries that must not go any more are settled here, in the same transaction
 * that denies the hand-over.
 */
async function handOver(trx: Trx, options: DeliverOptions, members: Member[]): Promise<boolean> {
  const now = options.now();
  const deliveries = members.map((member) => member.delivery);
  const [holds, stops] = await together([stillHolds(trx, deliveries), stopsOf(trx, options, deliveries)]);
  if (!holds) {
    for (const one of deliveries) await letGo(trx, one);
    return false;
  }
  if (await stopIfForbidden(trx, options, deliveries, stops)) return false;
  for (const member of members) {
    const { delivery, attempt: id } = member;
    await markHandedOver(trx, id, now);
    // The upstream may take minutes to answer (RFC 5321 4.5.3.2.6); the lease must not lapse before it does.
    await later(trx, leaseUntil(trx, { id: delivery.id, until: now + ANSWER_LEASE_MS }));
  }
  failPoint('hand-over-before');
  return true;
}

/** Closes the attempts and settles what they were for. */
async function finish(
  trx: Trx,
  options: DeliverOptions,
  members: Member[],
  mail: Sendable,
  result: AttemptResult,
): Promise<void> {
  const { config, now } = options;
  const at = now();
  for (const { delivery, attempt: id } of members) {
    await closeAttempt(trx, id, result, at);
    // `aborted`: the hand-over transaction refused, and has settled the delivery itself where it had to; or it failed, and
    // then the delivery is free to be claimed anew.
    if (result.outcome === 'aborted') {
      await letGo(trx, delivery);
      await giveBackSlot(trx, delivery, config.mailboxes, mail.from, at);
      continue;
    }
    // Counted from the first try, not from acceptance: waiting for a send window or a reviewer is no failure.
    const event = eventOf(options, delivery, result, {
      firstAt: result.outcome === 'temporary' ? await firstAttemptAt(trx, delivery) : at,
      repeatable: mail.by === 'api' && options.apiOf(mail.provider).keyMs !== null,
    });
    const after = await settle(trx, delivery.id, event, {
      actor: 'gate',
      now: at,
      leaseToken: delivery.lease_token,
      set: { attempts: delivery.attempts + 1 },
    });
    if (result.outcome === 'temporary' || event.type === 'failed') {
      await giveBackSlot(trx, delivery, config.mailboxes, mail.from, at);
    }
    if (event.type === 'failed' && delivery.kind === 'mail')
      await queueReport(trx, after, 'report_failed', at);
  }
  failPoint('outcome-written');
}

/** Settles a delivery for which nothing was tried. */
async function settleUntried(
  { database, now }: DeliverOptions,
  delivery: Delivery,
  event: DispositionEvent,
): Promise<void> {
  await database.transact(async (trx) => {
    const last = await unansweredAttempt(trx, delivery.id);
    if (last !== null) await dropIdempotency(trx, delivery.id);
    const after = await settle(trx, delivery.id, last === null ? event : lostEvent(last.upstream), {
      actor: 'gate',
      now: now(),
      leaseToken: delivery.lease_token,
      set: { attempts: delivery.attempts + 1 },
    });
    if (delivery.kind !== 'mail' || last !== null) return;
    await queueReport(trx, after, event.type === 'failed' ? 'report_failed' : 'report_delayed', now());
  });
}

/**
 * Adds the relayed draft to the CRM mirror's threads: after the delivery is settled and apart from it, because what the
 * upstream has taken must never look untaken.
 */
async function joinThread(
  { database, now, fingerprint, log }: DeliverOptions,
  delivery: Delivery,
  sent: Buffer | null,
): Promise<void> {
  try {
    const raw = sent ?? (await readRaw(database.db, delivery.message_id, delivery.body_revision));
    const relayed = await readRelayedDraft(raw);
    const join = async (trx: Trx): Promise<void> => {
      await together([
        lockNames(trx, [`to ${delivery.address_key}`, `thread of ${delivery.prospect_id}`]),
        recordRelayedDraft(trx, delivery, relayed, fingerprint, now()),
      ]);
      // Whoever released it has read the reply that may have been an opt-out, and none that came after that.
      const { recipient, released_by: actor, judged_at: read, prospect_id: prospectId } = delivery;
      const value = addressKey(recipient);
      if (actor === null || value === null || read === null) return;
      const { newest_reply_at: replied } = await recheckRecord(trx, { address: recipient, prospectId });
      if (replied !== null && replied > read) return;
      await removeSuppressions(trx, { kind: 'address', value }, UNCLEAR, { actor, at: now() }, read);
    };
    await database.transact(join, IN_BACKGROUND);
  } catch (err) {
    log.error(
      { err, message: delivery.message_id, delivery: delivery.id },
      'a relayed mail could not be added to its thread',
    );
  }
}
