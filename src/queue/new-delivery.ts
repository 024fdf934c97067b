import { addressKey } from '../crm/address.ts';
import type { Insertable } from 'kysely';
import type { DeliveryTable } from '../store/schema.ts';

/** A delivery as it is first stored: received, not judged, nothing planned. */
export function newDelivery(of: {
  id: string;
  messageId: string;
  engineId: string;
  recipient: string;
  internal: boolean;
  dsnNotify?: string[] | undefined;
  dsnOrcpt?: string | undefined;
  now: number;
}): Insertable<DeliveryTable> {
  return {
    id: of.id,
    message_id: of.messageId,
    engine_id: of.engineId,
    recipient: of.recipient,
    address_key: addressKey(of.recipient) ?? of.recipient.toLowerCase(),
    dsn_notify: of.dsnNotify?.join(',') ?? null,
    dsn_orcpt: of.dsnOrcpt ?? null,
    internal: of.internal ? 1 : 0,
    kind: 'mail',
    about: null,
    prospect_id: null,
    state: 'received',
    returns_to: null,
    decision: null,
    hold_reason: null,
    held_behind: null,
    note: null,
    body_revision: 0,
    attempts: 0,
    next_attempt_at: null,
    undo_until: null,
    expires_at: null,
    reminded_at: null,
    lease_until: null,
    lease_token: 0,
    released_by: null,
    judged_at: null,
    judged_revision: 0,
    created_at: of.now,
    updated_at: of.now,
  };
}
