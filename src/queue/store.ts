import type { Selectable } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { MessageTable } from '../store/schema.ts';
import { type Delivery, settle } from './settle.ts';

export type MessageRow = Selectable<MessageTable>;

/**
 * Claims messages that wait for the judge: never judged, not leased (or the lease lapsed).
 *
 * @returns the messages with the token this holder must present when it settles them
 */
export async function claimMessages(
  trx: Trx,
  { now, leaseMs, limit }: { now: number; leaseMs: number; limit: number },
): Promise<MessageRow[]> {
  const rows = await trx
    .selectFrom('messages')
    .selectAll()
    .where('judged_at', 'is', null)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .orderBy('received_at')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  await trx
    .updateTable('messages')
    .set((eb) => ({
      lease_until: now + leaseMs,
      lease_token: eb('lease_token', '+', 1),
      judge_attempts: eb('judge_attempts', '+', 1),
    }))
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  return rows.map((row) => ({
    ...row,
    lease_token: row.lease_token + 1,
    judge_attempts: row.judge_attempts + 1,
  }));
}

/**
 * Claims deliveries whose next courier attempt is due. A delivery whose lapsed lease left an attempt open after its
 * hand-over becomes `uncertain` and is not returned: nobody knows whether the upstream took it.
 */
export async function claimDeliveries(
  trx: Trx,
  { now, leaseMs, limit }: { now: number; leaseMs: number; limit: number },
): Promise<Delivery[]> {
  const rows = await trx
    .selectFrom('deliveries')
    .selectAll()
    .where('state', 'in', ['relaying', 'escalating', 'deferred', 'scheduled'])
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
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
    const lease = { lease_until: now + leaseMs, lease_token: due.lease_token + 1 };
    await trx.updateTable('deliveries').set(lease).where('id', '=', row.id).execute();
    claimed.push({ ...due, ...lease });
  }
  return claimed;
}

/** Closes attempts a dead holder left open. Returns true when one of them had been handed over. */
async function closeOpenAttempts(trx: Trx, deliveryId: string, now: number): Promise<boolean> {
  const open = await trx
    .selectFrom('attempts')
    .select(['id', 'handover_at'])
    .where('delivery_id', '=', deliveryId)
    .where('finished_at', 'is', null)
    .execute();
  for (const attempt of open) {
    await trx
      .updateTable('attempts')
      .set({ finished_at: now, outcome: attempt.handover_at === null ? 'aborted' : 'lost' })
      .where('id', '=', attempt.id)
      .execute();
  }
  return open.some((attempt) => attempt.handover_at !== null);
}

/**
 * Lets go of every lease: for a gate that starts alone on its database, whose earlier process is dead. What it had in hand is
 * claimed at once instead of after the lease.
 */
export async function releaseLeases(trx: Trx): Promise<void> {
  await trx.updateTable('messages').set({ lease_until: 0 }).where('lease_until', 'is not', null).execute();
  await trx.updateTable('deliveries').set({ lease_until: 0 }).where('lease_until', 'is not', null).execute();
}

/** The message's bytes at a revision (0 = as accepted). */
export async function readRaw(
  db: Pick<Trx, 'selectFrom'>,
  messageId: string,
  revision: number,
): Promise<Buffer> {
  const row = await db
    .selectFrom('bodies')
    .select('raw')
    .where('message_id', '=', messageId)
    .where('revision', '=', revision)
    .executeTakeFirstOrThrow();
  return row.raw;
}
