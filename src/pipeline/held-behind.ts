import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';

type Behind = Pick<Delivery, 'address_key' | 'message_id' | 'created_at'>;

const inFront = (db: Queries, { message_id, created_at }: Behind) =>
  db
    .selectFrom('deliveries')
    .select('id')
    .where('stops_others', '=', 1)
    .where('message_id', '!=', message_id)
    .where('created_at', '<=', created_at)
    .orderBy('created_at')
    .limit(1);

const ofAddress = prepared((db, of: Behind) => inFront(db, of).where('address_key', '=', of.address_key));

const ofProspect = prepared((db, of: Behind & { prospect_id: string }) =>
  inFront(db, of).where((eb) =>
    eb.or([eb('address_key', '=', of.address_key), eb('prospect_id', '=', of.prospect_id)]),
  ),
);

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
  const { address_key, message_id, created_at } = delivery;
  const of = { address_key, message_id, created_at };
  const [row] = await (prospectId === null
    ? ofAddress(trx, of)
    : ofProspect(trx, { ...of, prospect_id: prospectId }));
  return row?.id ?? null;
}
