import { sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import { locked, unclaimed } from '../store/locks-store.ts';

/** An event in the hands of a sender, with its engine's webhook as it is now. */
export interface ClaimedEvent {
  id: string;
  engineId: string;
  deliveryId: string | null;
  type: string;
  contentType: string;
  body: string;
  /** Attempts before this one, since it was queued or replayed. */
  attempts: number;
  /** When it was queued, or replayed for the last time: what giving up counts from. */
  queuedAt: number;
  leaseUntil: number;
  url: string;
  secretVersion: number;
}

/** What became of one attempt. */
export interface AttemptRecord {
  at: number;
  /** HTTP status; null = no answer. */
  status: number | null;
  error: string | null;
  durationMs: number;
}

/** Where an attempt leaves its event. */
export type NextStep = { state: 'delivered' | 'given_up' } | { state: 'pending'; at: number };

const NO_WEBHOOK = 'the engine has no webhook any more';

/**
 * Claims events that are due. An event may go only when no earlier one of the same delivery is pending, in flight included.
 * Events of an engine whose webhook was taken away are given up here.
 *
 * @param options.failing engines whose last attempt failed; each gets one event at a time, so that a dead webhook does not
 *   take every slot for as long as it takes to time out
 * @param options.inFlight engines of the events this sender is at work on
 */
export async function claimEvents(
  trx: Trx,
  options: {
    now: number;
    leaseMs: number;
    limit: number;
    failing: ReadonlySet<string>;
    inFlight: ReadonlySet<string>;
  },
): Promise<ClaimedEvent[]> {
  const { now, leaseMs, limit, failing, inFlight } = options;
  const busy = [...failing].filter((engine) => inFlight.has(engine));
  const rows = await unclaimed(
    trx,
    trx
      .selectFrom('events as e')
      .innerJoin('engines', 'engines.id', 'e.engine_id')
      .select(['e.id', 'e.engine_id', 'e.delivery_id', 'e.type', 'e.content_type', 'e.body', 'e.attempts'])
      .select(['e.created_at', 'engines.webhook_url', 'engines.webhook_secret_version'])
      .select((eb) =>
        eb
          .selectFrom('audit')
          .select((a) => a.fn.max('at').as('at'))
          .whereRef('subject_id', '=', 'e.id')
          .where('action', '=', 'replayed')
          .as('replayed_at'),
      )
      .where('e.state', '=', sql.lit('pending'))
      .where('e.next_attempt_at', '<=', now)
      .where((eb) => eb.or([eb('e.lease_until', 'is', null), eb('e.lease_until', '<=', now)]))
      .where((eb) => (busy.length > 0 ? eb('e.engine_id', 'not in', busy) : eb.lit(true)))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('events as earlier')
              .select('earlier.id')
              .whereRef('earlier.delivery_id', '=', 'e.delivery_id')
              .whereRef('earlier.id', '<', 'e.id')
              .where('earlier.state', '=', sql.lit('pending')),
          ),
        ),
      )
      .orderBy('e.next_attempt_at')
      .limit(limit),
    'e',
  ).execute();

  const claimed: ClaimedEvent[] = [];
  const probed = new Set<string>();
  const mute = new Set<string>();
  for (const row of rows) {
    if (row.webhook_url === null) {
      if (!mute.has(row.engine_id)) await giveUpAll(trx, row.engine_id, now);
      mute.add(row.engine_id);
      continue;
    }
    if (failing.has(row.engine_id)) {
      if (probed.has(row.engine_id)) continue;
      probed.add(row.engine_id);
    }
    claimed.push({
      id: row.id,
      engineId: row.engine_id,
      deliveryId: row.delivery_id,
      type: row.type,
      contentType: row.content_type,
      body: row.body,
      attempts: row.attempts,
      queuedAt: row.replayed_at ?? row.created_at,
      leaseUntil: now + leaseMs,
      url: row.webhook_url,
      secretVersion: row.webhook_secret_version,
    });
  }
  if (claimed.length > 0) {
    await trx
      .updateTable('events')
      .set({ lease_until: now + leaseMs })
      .where(
        'id',
        'in',
        claimed.map(({ id }) => id),
      )
      .execute();
  }
  return claimed;
}

/**
 * Logs an attempt and moves its event on. Where the lease lapsed and another sender took the event, only the log is written.
 *
 * @returns false when the lease was lost
 */
export async function settleEvent(
  trx: Trx,
  event: ClaimedEvent,
  attempt: AttemptRecord,
  next: NextStep,
): Promise<boolean> {
  const held = await locked(
    trx,
    trx
      .selectFrom('events')
      .select('id')
      .where('id', '=', event.id)
      .where('state', '=', 'pending')
      .where('lease_until', '=', event.leaseUntil),
  ).executeTakeFirst();
  await logAttempt(trx, event.id, attempt);
  if (!held) return false;
  await move(trx, event, next, attempt.at, event.attempts + 1);
  return true;
}

/** Lets go of the leases of a gate that is gone. Only for the start of the one gate that holds the data folder. */
export async function releaseEventLeases(trx: Trx): Promise<void> {
  await trx
    .updateTable('events')
    .set({ lease_until: null })
    .where('state', '=', sql.lit('pending'))
    .where('lease_until', 'is not', null)
    .execute();
}

/** Everything that waits for a webhook that is gone, save what is in flight to it. */
async function giveUpAll(trx: Trx, engineId: string, now: number): Promise<void> {
  const waiting = trx
    .selectFrom('events')
    .where('engine_id', '=', engineId)
    .where('state', '=', 'pending')
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]));
  await trx
    .insertInto('event_attempts')
    .columns(['event_id', 'at', 'error', 'duration_ms'])
    .expression(
      waiting.select(['id', sql.val(now).as('at'), sql.val(NO_WEBHOOK).as('error'), sql.lit(0).as('ms')]),
    )
    .execute();
  await trx
    .updateTable('events')
    .set({ state: 'given_up', next_attempt_at: null, finished_at: now, lease_until: null })
    .where('id', 'in', waiting.select('id'))
    .execute();
}

async function logAttempt(trx: Trx, eventId: string, attempt: AttemptRecord): Promise<void> {
  await trx
    .insertInto('event_attempts')
    .values({
      event_id: eventId,
      at: attempt.at,
      status: attempt.status,
      error: attempt.error,
      duration_ms: attempt.durationMs,
    })
    .execute();
}

/** Writes the event's new state; the later events of its delivery wait as long as it does, or are due now. */
async function move(
  trx: Trx,
  event: { id: string; deliveryId: string | null },
  next: NextStep,
  now: number,
  attempts: number,
): Promise<void> {
  const pending = next.state === 'pending';
  await trx
    .updateTable('events')
    .set({
      state: next.state,
      attempts,
      next_attempt_at: pending ? next.at : null,
      finished_at: pending ? null : now,
      lease_until: null,
    })
    .where('id', '=', event.id)
    .execute();
  if (event.deliveryId === null) return;
  await trx
    .updateTable('events')
    .set({ next_attempt_at: pending ? next.at : now })
    .where('delivery_id', '=', event.deliveryId)
    .where('id', '>', event.id)
    .where('state', '=', 'pending')
    .execute();
}
