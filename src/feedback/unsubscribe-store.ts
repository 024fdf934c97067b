import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';

/** Key of the address a delivery went to; null when there is no such mail. */
export async function unsubscribedAddress(db: Kysely<Schema>, deliveryId: string): Promise<string | null> {
  const row = await db
    .selectFrom('deliveries')
    .select('address_key')
    .where('id', '=', deliveryId)
    .where('kind', '=', 'mail')
    .executeTakeFirst();
  return row?.address_key ?? null;
}
