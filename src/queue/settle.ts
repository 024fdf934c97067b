import type { Selectable, Updateable } from 'kysely';
import { recordEvent } from '../events/event-store.ts';
import { failPoint } from '../observability/fail-point.ts';
import { type Disposition, type DispositionEvent, transition } from '../message/disposition.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { later } from '../store/later.ts';
import { locked } from '../store/locks-store.ts';
import { prepared } from '../store/prepared.ts';
import type { DeliveryTable } from '../store/schema.ts';

export type Delivery = Selectable<DeliveryTable>;

/** The lease lapsed and somebody else took the work: what this holder found out is void. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

export interface SettleOptions {
  /** `gate`, `engine:<id>`, a user's name … */
  actor: string;
  now: number;
  /** The token of the lease under which the event came about; omit for a person's act. */
  leaseToken?: number;
  /** More for the audit entry. */
  detail?: Record<string, unknown>;
  /** From `lockDelivery` in this transaction, where it was asked for before the event was known. */
  locked?: LockedDelivery;
  /** Columns beside the disposition to change in the same statement. */
  set?: Partial<Pick<Delivery, 'prospect_id' | 'judged_at' | 'judged_revision' | 'attempts' | 'reminded_at'>>;
}

/** A delivery that nobody else changes before the transaction ends, and where its engine hears of events. */
export type LockedDelivery = Delivery & { webhook_url: string | null };

const lockedWithWebhook = prepared((db, { id }: { id: string }) =>
  locked(
    db,
    db
      .selectFrom('deliveries')
      .leftJoin('engines', 'engines.id', 'deliveries.engine_id')
      .selectAll('deliveries')
      .select('engines.webhook_url')
      .where('deliveries.id', '=', id),
    'deliveries',
  ),
);

/** @throws Error when there is no such delivery */
export async function lockDelivery(trx: Trx, deliveryId: string): Promise<LockedDelivery> {
  const [row] = await lockedWithWebhook(trx, { id: deliveryId });
  if (!row) throw new Error(`there is no delivery ${deliveryId}`);
  return row;
}

const change = prepared((db, { of, ...changes }: Updateable<DeliveryTable> & { of: string }) =>
  db.updateTable('deliveries').set(changes).where('id', '=', of),
);

/**
 * Applies one event to a delivery: reads it inside the transaction, asks `transition`, writes the new
 * disposition, its audit entry and the event for the engine's webhook. Nothing else writes a disposition.
 *
 * @returns the delivery after the event
 * @throws TransitionError when its state does not allow the event
 * @throws LeaseLostError when `leaseToken` is no longer the current one
 */
export async function settle(
  trx: Trx,
  deliveryId: string,
  event: DispositionEvent,
  options: SettleOptions,
): Promise<Delivery> {
  const { webhook_url, ...before } = await (options.locked ?? lockDelivery(trx, deliveryId));
  if (options.leaseToken !== undefined && before.lease_token !== options.leaseToken) {
    throw new LeaseLostError(`the lease on delivery ${deliveryId} was taken over`);
  }
  const after: Disposition = transition(before, event, options.now);
  const changes = {
    state: after.state,
    returns_to: after.returns_to,
    decision: after.decision,
    hold_reason: after.hold_reason,
    held_behind: after.held_behind,
    note: after.note,
    body_revision: after.body_revision,
    next_attempt_at: after.next_attempt_at,
    undo_until: after.undo_until,
    expires_at: after.expires_at,
    released_by: after.released_by,
    lease_until: null,
    // A new token makes whatever an earlier holder still does void.
    lease_token: before.lease_token + 1,
    updated_at: options.now,
    ...options.set,
  };
  const settled: Delivery = { ...before, ...changes };
  await later(trx, change(trx, { of: deliveryId, ...changes }));
  failPoint('transition-written');
  await recordAudit(trx, {
    at: options.now,
    actor: options.actor,
    subject: { type: 'delivery', id: deliveryId },
    action: event.type,
    detail: {
      from: before.state,
      to: after.state,
      ...(after.hold_reason === null ? {} : { hold_reason: after.hold_reason }),
      ...(after.note === null ? {} : { note: after.note }),
      ...options.detail,
    },
  });
  await recordEvent(trx, { before, after: settled, event, now: options.now, webhookUrl: webhook_url });
  return settled;
}
