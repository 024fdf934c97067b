import type { Kysely } from 'kysely';
import type { ProviderName } from '../message/provider.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

export interface EventKey {
  provider: ProviderName;
  eventId: string;
}

/**
 * Notes that an event came.
 *
 * @returns false when it came before: it must not count again
 */
export async function addProviderEvent(
  trx: Trx,
  { provider, eventId }: EventKey,
  event: { kind: string; address: string | null; receivedAt: number },
): Promise<boolean> {
  const added = await trx
    .insertInto('provider_events')
    .values({
      provider,
      event_id: eventId,
      received_at: event.receivedAt,
      kind: event.kind,
      address: event.address,
      delivery_id: null,
      effect: null,
    })
    .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
    .returning('event_id')
    .executeTakeFirst();
  return added !== undefined;
}

/** Completes the note with what the event was about and what it changed. */
export async function saveEffect(
  trx: Trx,
  { provider, eventId }: EventKey,
  { deliveryId, effect }: { deliveryId: string | null; effect: string | null },
): Promise<void> {
  await trx
    .updateTable('provider_events')
    .set({ delivery_id: deliveryId, effect })
    .where('provider', '=', provider)
    .where('event_id', '=', eventId)
    .execute();
}

export async function knowsEvent(db: Kysely<Schema>, { provider, eventId }: EventKey): Promise<boolean> {
  const row = await db
    .selectFrom('provider_events')
    .select('event_id')
    .where('provider', '=', provider)
    .where('event_id', '=', eventId)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Ties a one-time token, whose signature does not cover the content, to the first content it came with. The same content may
 * come again: the provider repeats what was not answered.
 *
 * @param contentHash of everything that was said under the token
 * @returns false when the token vouched for something else before
 */
export async function claimToken(
  trx: Trx,
  {
    provider,
    token,
    contentHash,
    at,
  }: { provider: ProviderName; token: string; contentHash: string; at: number },
): Promise<boolean> {
  const key = { provider, eventId: `token:${token}` };
  const effect = `signed ${contentHash}`;
  if (await addProviderEvent(trx, key, { kind: 'token', address: null, receivedAt: at })) {
    await saveEffect(trx, key, { deliveryId: null, effect });
    return true;
  }
  const row = await trx
    .selectFrom('provider_events')
    .select('effect')
    .where('provider', '=', provider)
    .where('event_id', '=', key.eventId)
    .executeTakeFirst();
  return row?.effect === effect;
}

/** Forgets events that no provider sends again. @returns how many */
export async function forgetProviderEvents(trx: Trx, before: number): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom('provider_events')
    .where('received_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
