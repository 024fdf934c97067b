import { UserError } from '../config/user-error.ts';
import { removedText } from '../message/removed-text.ts';
import { type Selectable, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { MessageTable } from '../store/schema.ts';
import { onItsWay } from '../store/due-store.ts';
import { unclaimed } from '../store/locks-store.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import { type Delivery, LeaseLostError, settle } from './settle.ts';

export type MessageRow = Selectable<MessageTable>;

const unclaimedMessages = prepared(
  (db, { now, inHand, limit }: { now: number; inHand: string[]; limit: number }) =>
    unclaimed(db, unjudged(db, { inAdapterLine: 0, now, inHand }).orderBy('received_at').limit(limit)),
);

/**
 * Claims messages that wait for the judge: never judged, not in the adapter's line, not leased (or the lease lapsed).
 *
 * @param options.inHand ids this holder is at work on; their lease may lapse while a worker reads them
 * @returns the messages with the token this holder must present when it settles them
 */
export async function claimMessages(
  trx: Trx,
  { now, leaseMs, limit, inHand }: { now: number; leaseMs: number; limit: number; inHand: string[] },
): Promise<MessageRow[]> {
  const rows = await unclaimedMessages(trx, { now, inHand, limit });
  return lease(trx, rows, now + leaseMs);
}

/**
 * Claims messages from the adapter's line. Those that the adapter failed on come last: a mail that breaks it must not keep it
 * from the others.
 *
 * @param options.acceptedBefore only messages accepted until then: while the adapter cannot be asked, those whose time is over
 * @param options.inHand ids this holder is at work on; their lease may lapse while a slow model reads them
 */
export async function claimFromAdapterLine(
  trx: Trx,
  options: { now: number; leaseMs: number; limit: number; acceptedBefore: number; inHand: string[] },
): Promise<MessageRow[]> {
  const { now, leaseMs, limit, acceptedBefore, inHand } = options;
  const rows = await unclaimed(
    trx,
    unjudged(trx, { inAdapterLine: 1, now, inHand })
      .where((eb) =>
        eb.or([
          eb('received_at', '<=', acceptedBefore),
          // Only what an enforced engine sends waits for an adapter that cannot be asked.
          eb('engine_id', 'not in', eb.selectFrom('engines').select('id').where('mode', '=', 'enforce')),
        ]),
      )
      .orderBy('adapter_failures')
      .orderBy('received_at')
      .limit(limit),
  ).execute();
  return lease(trx, rows, now + leaseMs);
}

/** What nobody has in hand of one of the two lines. */
function unjudged(
  db: Queries,
  { inAdapterLine, now, inHand }: { inAdapterLine: 0 | 1; now: number; inHand: string[] },
) {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('judged_at', 'is', null)
    .where('in_adapter_line', '=', sql.lit(inAdapterLine))
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .where((eb) => (inHand.length > 0 ? eb('id', 'not in', inHand) : eb.lit(true)));
}

const leaseMessages = prepared((db, { ids, until }: { ids: string[]; until: number }) =>
  db
    .updateTable('messages')
    .set((eb) => ({
      lease_until: until,
      lease_token: eb('lease_token', '+', 1),
      judge_attempts: eb('judge_attempts', '+', 1),
    }))
    .where('id', 'in', ids),
);

async function lease(trx: Trx, rows: MessageRow[], until: number): Promise<MessageRow[]> {
  if (rows.length === 0) return [];
  await leaseMessages(trx, { ids: rows.map((row) => row.id), until });
  return rows.map((row) => ({
    ...row,
    lease_until: until,
    lease_token: row.lease_token + 1,
    judge_attempts: row.judge_attempts + 1,
  }));
}

/**
 * Puts a message into the adapter's line, or back there. It came to no harm, so the claim that led here does not count as an
 * attempt to judge it.
 *
 * @param failed the adapter was asked about it and failed
 * @throws LeaseLostError
 */
export async function joinAdapterLine(trx: Trx, message: MessageRow, failed: boolean): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('messages')
    .set({
      in_adapter_line: 1,
      lease_until: null,
      judge_attempts: message.judge_attempts - 1,
      adapter_failures: message.adapter_failures + (failed ? 1 : 0),
    })
    .where('id', '=', message.id)
    .where('lease_token', '=', message.lease_token)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new LeaseLostError(`the lease on message ${message.id} was taken over`);
}

const dueDeliveries = prepared(
  (db, { now, inHand, limit }: { now: number; inHand: string[]; limit: number }) =>
    unclaimed(
      db,
      db
        .selectFrom('deliveries')
        .selectAll()
        .where(onItsWay)
        .where('next_attempt_at', '<=', now)
        .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
        .where((eb) => (inHand.length > 0 ? eb('id', 'not in', inHand) : eb.lit(true)))
        .orderBy('next_attempt_at')
        .limit(limit),
    ),
);

const leaseDeliveries = prepared((db, { ids, until }: { ids: string[]; until: number }) =>
  db
    .updateTable('deliveries')
    .set((eb) => ({ lease_until: until, lease_token: eb('lease_token', '+', 1) }))
    .where('id', 'in', ids),
);

/**
 * Claims deliveries whose next courier attempt is due. A delivery whose lapsed lease left an attempt open after its
 * hand-over becomes `uncertain` and is not returned: nobody knows whether the upstream took it.
 *
 * @param options.inHand ids this process is at work on; their lease may lapse while a disk hangs
 */
export async function claimDeliveries(
  trx: Trx,
  { now, leaseMs, limit, inHand }: { now: number; leaseMs: number; limit: number; inHand: string[] },
): Promise<Delivery[]> {
  const rows = await dueDeliveries(trx, { now, inHand, limit });
  const claimed: Delivery[] = [];
  for (const row of rows) {
    if (row.lease_until !== null && (await closeOpenAttempts(trx, row.id, now))) {
      await settle(
        trx,
        row.id,
        { type: 'lost', note: 'the gate stopped after handing the mail over; the answer is unknown' },
        { actor: 'gate', now },
      );
      continue;
    }
    if (row.state === 'deferred' && row.expires_at !== null && row.expires_at <= now) {
      await settle(trx, row.id, { type: 'expire' }, { actor: 'gate', now });
      continue;
    }
    const due =
      row.state === 'deferred' || row.state === 'scheduled'
        ? await settle(trx, row.id, { type: 'due' }, { actor: 'gate', now })
        : row;
    claimed.push({ ...due, lease_until: now + leaseMs, lease_token: due.lease_token + 1 });
  }
  if (claimed.length > 0) {
    await leaseDeliveries(trx, { ids: claimed.map(({ id }) => id), until: now + leaseMs });
  }
  return claimed;
}

/**
 * Closes attempts a dead holder left open. Returns true when one of them had been handed over, and cannot be made again
 * under its key.
 */
async function closeOpenAttempts(trx: Trx, deliveryId: string, now: number): Promise<boolean> {
  const open = await trx
    .selectFrom('attempts')
    .select(['id', 'handover_at', 'idempotent_until'])
    .where('delivery_id', '=', deliveryId)
    .where('finished_at', 'is', null)
    .execute();
  for (const attempt of open) {
    await trx
      .updateTable('attempts')
      .set({
        finished_at: now,
        outcome: attempt.handover_at === null ? 'aborted' : 'lost',
        ...(isRepeatable(attempt, now) ? {} : { idempotent_until: null }),
      })
      .where('id', '=', attempt.id)
      .execute();
  }
  return open.some((attempt) => attempt.handover_at !== null && !isRepeatable(attempt, now));
}

function isRepeatable({ idempotent_until }: { idempotent_until: number | null }, now: number): boolean {
  return idempotent_until !== null && idempotent_until > now;
}

/**
 * Lets go of every lease: for a gate that starts alone on its database, whose earlier process is dead. What it had in hand is
 * claimed at once instead of after the lease.
 */
export async function releaseLeases(trx: Trx): Promise<void> {
  await trx.updateTable('messages').set({ lease_until: 0 }).where('lease_until', 'is not', null).execute();
  await trx.updateTable('deliveries').set({ lease_until: 0 }).where('lease_until', 'is not', null).execute();
}

/** Why the text of a message is gone, one sentence; null = it is here. */
export async function textRemoval(db: Pick<Trx, 'selectFrom'>, messageId: string): Promise<string | null> {
  const row = await db
    .selectFrom('messages')
    .select(['text_removed_at', 'text_removed_for', 'received_at'])
    .where('id', '=', messageId)
    .executeTakeFirst();
  return row ? removedText(row) : null;
}

const bodyAt = prepared((db, { messageId, revision }: { messageId: string; revision: number }) =>
  db.selectFrom('bodies').select('raw').where('message_id', '=', messageId).where('revision', '=', revision),
);

/**
 * The message's bytes at a revision (0 = as accepted).
 *
 * @throws UserError when they were removed by retention or an erasure
 */
export async function readRaw(db: Queries, messageId: string, revision: number): Promise<Buffer> {
  const [row] = await bodyAt(db, { messageId, revision });
  if (!row) {
    const removed = await textRemoval(db, messageId);
    throw removed === null
      ? new Error(`message ${messageId} has no revision ${revision}`)
      : new UserError(removed);
  }
  return row.raw;
}
