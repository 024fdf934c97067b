import type { Insertable, Selectable, Updateable } from 'kysely';
import type { AttemptResult } from '../delivery/courier.ts';
import type { InHand } from '../queue/in-hand.ts';
import { type Delivery, LeaseLostError, settle } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { later } from '../store/later.ts';
import { locked } from '../store/locks-store.ts';
import { prepared } from '../store/prepared.ts';
import type { AttemptTable } from '../store/schema.ts';

/** What kind of attempt a delivery's state asks for. */
export function attemptKind(delivery: Delivery): 'forward' | 'relay' {
  return delivery.state === 'escalating' ? 'forward' : 'relay';
}

export async function assertLease(trx: Trx, delivery: Delivery): Promise<void> {
  if (!(await stillHolds(trx, [delivery]))) {
    throw new LeaseLostError(`the lease on delivery ${delivery.id} was taken over`);
  }
}

const tokensOf = prepared((db, { ids }: { ids: string[] }) =>
  locked(db, db.selectFrom('deliveries').select(['id', 'lease_token']).where('id', 'in', ids).orderBy('id')),
);

/** Are the deliveries as they were when they were taken? */
export async function stillHolds(trx: Trx, deliveries: readonly Delivery[]): Promise<boolean> {
  const tokens = new Map(deliveries.map(({ id, lease_token }) => [id, lease_token]));
  const rows = await tokensOf(trx, { ids: [...tokens.keys()] });
  return rows.length === tokens.size && rows.every(({ id, lease_token }) => tokens.get(id) === lease_token);
}

/**
 * Takes the other deliveries of a group under the lease of the one that was claimed.
 *
 * @param members as they were when the mail was composed
 * @returns them as they are now; null when one has changed since, and then the claimed one is let go to be claimed anew
 * @throws LeaseLostError when the claimed one's lease was taken over
 */
export async function takeAlong(
  trx: Trx,
  claimed: Delivery,
  members: readonly Delivery[],
  { now, attempting }: { now: number; attempting: InHand },
): Promise<Delivery[] | null> {
  await assertLease(trx, claimed);
  const taken: Delivery[] = [];
  for (const member of members) {
    if (member.id === claimed.id) {
      taken.push(claimed);
      continue;
    }
    const row = await locked(
      trx,
      trx.selectFrom('deliveries').selectAll().where('id', '=', member.id),
    ).executeTakeFirstOrThrow();
    const changed = row.state !== member.state || row.body_revision !== member.body_revision;
    if (changed || attempting.has(row.id) || (await isInFlight(trx, row, now))) {
      await letGo(trx, claimed);
      return null;
    }
    const due =
      row.state === 'relaying' ? row : await settle(trx, row.id, { type: 'due' }, { actor: 'gate', now });
    const lease = { lease_until: claimed.lease_until, lease_token: due.lease_token + 1 };
    await trx.updateTable('deliveries').set(lease).where('id', '=', row.id).execute();
    taken.push({ ...due, ...lease });
  }
  return taken;
}

/** Whether an attempt for it is under way, or was and cannot be made again: nobody else may send it along. */
async function isInFlight(trx: Trx, { id, lease_until }: Delivery, now: number): Promise<boolean> {
  const open = await trx
    .selectFrom('attempts')
    .select(['handover_at', 'idempotent_until'])
    .where('delivery_id', '=', id)
    .where('finished_at', 'is', null)
    .execute();
  if (open.length > 0 && lease_until !== null && lease_until > now) return true;
  return open.some(
    ({ handover_at, idempotent_until }) => handover_at !== null && (idempotent_until ?? 0) <= now,
  );
}

/** Gives a claimed delivery back, to be claimed anew at once. */
export async function letGo(trx: Trx, delivery: Delivery): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ lease_until: null, lease_token: delivery.lease_token + 1 })
    .where('id', '=', delivery.id)
    .where('lease_token', '=', delivery.lease_token)
    .execute();
}

const opened = prepared((db, row: Insertable<AttemptTable>) =>
  db.insertInto('attempts').values(row).returning('id'),
);

/** @returns its id */
export async function openAttempt(
  trx: Trx,
  delivery: Delivery,
  by: Pick<Selectable<AttemptTable>, 'upstream' | 'idempotency_key' | 'idempotent_until'>,
  now: number,
): Promise<number> {
  const [row] = await opened(trx, {
    ...by,
    delivery_id: delivery.id,
    kind: attemptKind(delivery),
    started_at: now,
    handover_at: null,
    finished_at: null,
    outcome: null,
    response: null,
  });
  return row!.id;
}

const change = prepared((db, { of, ...changes }: Updateable<AttemptTable> & { of: number }) =>
  db.updateTable('attempts').set(changes).where('id', '=', of),
);

/** From now on its upstream may have the mail. */
export async function markHandedOver(trx: Trx, id: number, now: number): Promise<void> {
  await later(trx, change(trx, { of: id, handover_at: now }));
}

export async function closeAttempt(trx: Trx, id: number, result: AttemptResult, now: number): Promise<void> {
  const closing = change(trx, {
    of: id,
    finished_at: now,
    outcome: result.outcome,
    response: result.response,
    upstream: result.upstream,
    // An event of the provider may have told it before the answer came.
    ...(result.upstreamId === undefined ? {} : { upstream_id: result.upstreamId }),
  });
  await later(trx, closing);
}

/** When the first attempt of this kind was begun, milliseconds since the epoch. */
export async function firstAttemptAt(trx: Trx, delivery: Delivery): Promise<number> {
  const { first } = await trx
    .selectFrom('attempts')
    .select((eb) => eb.fn.min('started_at').as('first'))
    .where('delivery_id', '=', delivery.id)
    .where('kind', '=', attemptKind(delivery))
    .executeTakeFirstOrThrow();
  return first;
}

const lastHandedOver = prepared((db, { deliveryId }: { deliveryId: string }) =>
  db
    .selectFrom('attempts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .where('handover_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1),
);

/**
 * The attempt that came last as far as handing over, if it got no answer and was to be made again under its key.
 * Before an attempt is opened, one that is still open belongs to a holder that is gone.
 */
export async function unansweredAttempt(
  trx: Trx,
  deliveryId: string,
): Promise<Selectable<AttemptTable> | null> {
  const [last] = await lastHandedOver(trx, { deliveryId });
  if (!last || last.idempotent_until === null) return null;
  return last.outcome === null || last.outcome === 'lost' ? last : null;
}

/** From now on an attempt without an answer is for a person to settle. */
export async function dropIdempotency(trx: Trx, deliveryId: string): Promise<void> {
  await trx
    .updateTable('attempts')
    .set({ idempotent_until: null })
    .where('delivery_id', '=', deliveryId)
    .execute();
}
