import type { Kysely, Selectable } from 'kysely';
import { UserError } from '../config/user-error.ts';
import { idFloor } from '../message/id.ts';
import { flushAudit, recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { EventAttemptTable, EventTable } from '../store/front-schema.ts';
import type { Schema } from '../store/schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;
export type EventState = EventTable['state'];
export const EVENT_STATES: readonly EventState[] = ['pending', 'delivered', 'given_up'];

/** Events pruned in one transaction: others must not wait long for it. */
const PRUNE_BATCH = 500;

export interface EventSummary {
  id: string;
  engine: string;
  delivery_id: string | null;
  type: string;
  state: EventState;
  created_at: number;
  attempts: number;
  next_attempt_at: number | null;
  finished_at: number | null;
  /** Of the newest attempt; null = no answer, or none was made. */
  last_status: number | null;
  last_error: string | null;
}

export interface EventDetail extends EventSummary {
  content_type: string;
  body: string;
  /** Every attempt, replays included, oldest first. */
  log: Selectable<EventAttemptTable>[];
}

export interface EventFilter {
  id?: string | undefined;
  /** Name or id. */
  engine?: string | undefined;
  state?: EventState | undefined;
  delivery?: string | undefined;
  limit?: number | undefined;
}

/** Events, newest first. */
export async function listEvents(db: Reader, filter: EventFilter): Promise<EventSummary[]> {
  const { id, engine, state, delivery, limit = 50 } = filter;
  return db
    .selectFrom('events as e')
    .innerJoin('engines', 'engines.id', 'e.engine_id')
    .select(['e.id', 'engines.name as engine', 'e.delivery_id', 'e.type', 'e.state', 'e.created_at'])
    .select(['e.attempts', 'e.next_attempt_at', 'e.finished_at'])
    .select((eb) => [
      eb
        .selectFrom('event_attempts as a')
        .select('a.status')
        .whereRef('a.event_id', '=', 'e.id')
        .orderBy('a.id', 'desc')
        .limit(1)
        .as('last_status'),
      eb
        .selectFrom('event_attempts as a')
        .select('a.error')
        .whereRef('a.event_id', '=', 'e.id')
        .orderBy('a.id', 'desc')
        .limit(1)
        .as('last_error'),
    ])
    .$if(id !== undefined, (q) => q.where('e.id', '=', id!))
    .$if(engine !== undefined, (q) =>
      q.where((eb) => eb.or([eb('engines.name', '=', engine!), eb('engines.id', '=', engine!)])),
    )
    .$if(state !== undefined, (q) => q.where('e.state', '=', state!))
    .$if(delivery !== undefined, (q) => q.where('e.delivery_id', '=', delivery!))
    .orderBy('e.id', 'desc')
    .limit(limit)
    .execute();
}

/** @throws UserError when there is no such event */
export async function readEvent(db: Reader, id: string): Promise<EventDetail> {
  const [summary] = await listEvents(db, { id });
  if (!summary) throw new UserError(`there is no event "${id}"; see: presend events list`);
  const row = await db
    .selectFrom('events')
    .select(['content_type', 'body'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const log = await db
    .selectFrom('event_attempts')
    .selectAll()
    .where('event_id', '=', id)
    .orderBy('id')
    .execute();
  return { ...summary, ...row, log };
}

/** Which events are sent again: one by its id, or those of a delivery or of an engine since a time. */
export type Replay =
  | { id: string }
  /** `all` = delivered ones too; else only those that were given up. */
  | { delivery: string; all: boolean }
  /** The engine's id. Events created at `since` or later. */
  | { engineId: string; since: number; all: boolean };

/**
 * Makes events pending again, due at once and with the whole time before they are given up; what was attempted before stays
 * in the log. One that is pending already is tried now instead of at its next attempt.
 *
 * @returns ids, oldest first
 * @throws UserError when the id is unknown or the engine has no webhook
 */
export async function replayEvents(
  trx: Trx,
  which: Replay,
  { actor, now }: { actor: string; now: number },
): Promise<string[]> {
  const chosen = await trx
    .selectFrom('events as e')
    .innerJoin('engines', 'engines.id', 'e.engine_id')
    .select(['e.id', 'e.state', 'engines.name', 'engines.webhook_url'])
    .$call((q) => {
      if ('id' in which) return q.where('e.id', '=', which.id);
      const some = which.all ? q : q.where('e.state', '=', 'given_up');
      return 'delivery' in which
        ? some.where('e.delivery_id', '=', which.delivery)
        : some.where('e.engine_id', '=', which.engineId).where('e.created_at', '>=', which.since);
    })
    .orderBy('e.id')
    .execute();
  if ('id' in which && chosen.length === 0) {
    throw new UserError(`there is no event "${which.id}"; see: presend events list`);
  }
  const mute = chosen.find((event) => event.webhook_url === null);
  if (mute) {
    throw new UserError(
      `engine ${mute.name} has no webhook to replay to; set it with: presend engine set ${mute.name} --webhook <url>`,
    );
  }
  for (const { id, state } of chosen) {
    await trx
      .updateTable('events')
      .set({
        state: 'pending',
        attempts: 0,
        next_attempt_at: now,
        finished_at: null,
        // One in flight keeps its lease: it must not go twice at once.
        ...(state === 'pending' ? {} : { lease_until: null }),
      })
      .where('id', '=', id)
      .execute();
    await recordAudit(trx, {
      at: now,
      actor,
      subject: { type: 'event', id },
      action: 'replayed',
      detail: { from: state },
    });
  }
  // The sender reads there when an event was asked for again.
  await flushAudit(trx);
  return chosen.map(({ id }) => id);
}

/** How many events wait, and how old the oldest is: for metrics. */
export async function pendingEvents(db: Reader): Promise<{ count: number; oldest: number | null }> {
  return db
    .selectFrom('events')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('created_at').as('oldest')])
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
}

/**
 * Deletes a batch of events that ended before `before`, with their attempts. What is pending stays whatever its age.
 *
 * @returns how many were deleted; call again until 0
 */
export async function pruneEvents(trx: Trx, before: number): Promise<number> {
  const old = await trx
    .selectFrom('events')
    .select('id')
    // The id holds the time it was made: the primary key finds the old ones.
    .where('id', '<', `evt_${idFloor(before)}`)
    .where('state', '!=', 'pending')
    .where('finished_at', '<', before)
    .orderBy('id')
    .limit(PRUNE_BATCH)
    .execute();
  if (old.length === 0) return 0;
  const ids = old.map(({ id }) => id);
  await trx.deleteFrom('event_attempts').where('event_id', 'in', ids).execute();
  await trx.deleteFrom('events').where('id', 'in', ids).execute();
  return ids.length;
}
