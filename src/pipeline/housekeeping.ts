import type { Config } from '../config/config.ts';
import type { Logger } from '../observability/logger.ts';
import { settle } from '../queue/settle.ts';
import type { Database } from '../store/database.ts';
import { queueOwnMail, queueReport } from './own-mail.ts';
import type { Rejudging } from './rejudge.ts';

const DAY_MS = 86_400_000;

/** Most holds handled in one round; the next round takes the rest. */
const BATCH = 100;

export interface HousekeepingOptions {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  rejudging: Rejudging;
}

/**
 * What falls due without anybody asking: holds expire (they are never sent), a deputy is reminded before that, and
 * holds are judged again after CRM edits. One round; the app repeats it.
 *
 * @returns how many deliveries changed
 */
export async function keepHouse(options: HousekeepingOptions): Promise<number> {
  return (await expireHolds(options)) + (await remind(options)) + (await options.rejudging.round());
}

async function expireHolds({ database, now }: HousekeepingOptions): Promise<number> {
  return database.transact(async (trx) => {
    const at = now();
    const due = await trx
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', 'held')
      .where('expires_at', '<=', at)
      .limit(BATCH)
      .execute();
    for (const { id } of due) {
      const after = await settle(trx, id, { type: 'expire' }, { actor: 'gate', now: at });
      await queueReport(trx, after, 'report_failed', at);
    }
    return due.length;
  });
}

async function remind({ database, config, now }: HousekeepingOptions): Promise<number> {
  const { deputy, remind_days } = config.review;
  if (deputy === null) return 0;
  return database.transact(async (trx) => {
    const at = now();
    const due = await trx
      .selectFrom('deliveries')
      .selectAll()
      .where('state', '=', 'held')
      .where('kind', '=', 'mail')
      .where('reminded_at', 'is', null)
      .where('created_at', '<=', at - remind_days * DAY_MS)
      .limit(BATCH)
      .execute();
    for (const delivery of due) {
      await queueOwnMail(trx, delivery, 'reminder', deputy, at);
      await trx.updateTable('deliveries').set({ reminded_at: at }).where('id', '=', delivery.id).execute();
    }
    return due.length;
  });
}
