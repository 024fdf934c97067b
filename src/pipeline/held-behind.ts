import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';

/**
 * While a delivery to a prospect is held or escalated, later mail to that prospect, from any engine, waits behind
 * it: a reviewer settles the conversation, not one mail of it.
 *
 * @returns the id of the delivery in front, or null
 */
export async function deliveryInFront(
  trx: Trx,
  delivery: Delivery,
  prospectId: string | null,
): Promise<string | null> {
  const row = await trx
    .selectFrom('deliveries')
    .select('id')
    .where('stops_others', '=', 1)
    .where((eb) =>
      prospectId === null
        ? eb('address_key', '=', delivery.address_key)
        : eb.or([eb('address_key', '=', delivery.address_key), eb('prospect_id', '=', prospectId)]),
    )
    .where('message_id', '!=', delivery.message_id)
    .where('created_at', '<=', delivery.created_at)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}
