import type { Config } from '../config/config.ts';
import { pruneEvents } from '../events/event-log-store.ts';
import { forgetProviderEvents } from '../feedback/provider-event-store.ts';
import { forgetRequests } from '../intake/idempotency-store.ts';
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

/** How long what was done once must be known: the keys' own time, and a day for clocks that differ. */
const KEYS_MS = 2 * DAY_MS;
/** Longer than any provider tries to deliver an event again. */
const PROVIDER_EVENTS_MS = 90 * DAY_MS;
/** Most of them a round; the next round goes on. */
const MAX_ROUNDS = 20;

/** Forgets what nobody asks for any more: idempotency keys, events that were told long ago. */
export async function forget({
  database,
  config,
  now,
}: Pick<HousekeepingOptions, 'database' | 'config' | 'now'>): Promise<void> {
  const before = now() - config.webhooks.keep_days * DAY_MS;
  await database.transact((trx) => forgetRequests(trx, now() - KEYS_MS));
  await database.transact((trx) => forgetProviderEvents(trx, now() - PROVIDER_EVENTS_MS));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if ((await database.transact((trx) => pruneEvents(trx, before))) === 0) return;
  }
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
