import { settle } from '../queue/settle.ts';
import type { Database } from '../store/database.ts';
import { uncertainWithId } from './delivery-store.ts';

/** Most settled in one round; the next takes the rest. */
const BATCH = 100;

/**
 * Settles deliveries whose event was faster than the loss of the answer: it came while the attempt still waited, and left the
 * upstream's id with it (`learnUpstreamId`). One round of housekeeping.
 *
 * @returns how many were settled
 */
export async function settleLearnt(database: Database, now: number): Promise<number> {
  // Looked at outside a transaction: there is hardly ever anything to do.
  if ((await uncertainWithId(database.db, 1)).length === 0) return 0;
  return database.transact(async (trx) => {
    const ids = await uncertainWithId(trx, BATCH);
    for (const id of ids) {
      await settle(trx, id, { type: 'confirm', by: 'event' }, { actor: 'gate', now });
    }
    return ids.length;
  });
}
