import { UserError } from '../config/user-error.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';

/**
 * The delivery a person named: by its own id, or by the message's (what the engine was told) when it has only one.
 *
 * @throws UserError for an unknown id, and for a message of several deliveries (it names them)
 */
export async function requireDelivery(db: Pick<Trx, 'selectFrom'>, id: string): Promise<Delivery> {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', id), eb('message_id', '=', id)]))
    .where('kind', '=', 'mail')
    .execute();
  const exact = rows.find((row) => row.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
  if (exact) return exact;
  if (rows.length === 0) {
    throw new UserError(`there is no delivery "${id}"; list what is held with: presend review list`);
  }
  const list = rows.map((row) => `${row.id} (${row.recipient})`).join(', ');
  throw new UserError(`message ${id} has several deliveries; name one of them: ${list}`);
}
