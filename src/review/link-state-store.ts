import { createHash } from 'node:crypto';
import type { DeliveryState } from '../message/disposition.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Queries } from '../store/prepared.ts';

export interface LinkState {
  delivery: Delivery;
  /** `seenState` of the delivery as it is now. */
  seen: string;
}

/**
 * What a link to an act is bound to: the mail's text, and what the judge made of it. An edit, or a verdict that differs in
 * anything, gives another value; a verdict that says the same again (every CRM edit judges all holds again) does not.
 *
 * @param as the state it is taken to be in; default: the one it is in
 */
export async function seenState(db: Queries, delivery: Delivery, as?: DeliveryState): Promise<string> {
  const verdict = await newestVerdict(db, delivery.id);
  const shown = verdict && [verdict.decision, verdict.hold_reason, verdict.rationale, verdict.findings];
  return createHash('sha256')
    .update(JSON.stringify([as ?? delivery.state, delivery.body_revision, delivery.hold_reason, shown]))
    .digest('base64url')
    .slice(0, 22);
}

/** The delivery a link is about; null when there is none. */
export async function linkState(db: Queries, deliveryId: string): Promise<LinkState | null> {
  const delivery = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', deliveryId)
    .where('kind', '=', 'mail')
    .executeTakeFirst();
  return delivery ? { delivery, seen: await seenState(db, delivery) } : null;
}
