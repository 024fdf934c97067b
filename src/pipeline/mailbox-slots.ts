import type { Config } from '../config/config.ts';
import { localTime } from '../config/local-time.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { lockNames } from '../store/locks-store.ts';
import { limitsOf, nextDay, nextOpening } from './mailbox-limits.ts';

/** Limits are for mail to prospects; reports, forwards and internal copies do not count. */
function counts(delivery: Delivery): boolean {
  return delivery.kind === 'mail' && delivery.internal === 0 && delivery.state === 'relaying';
}

/**
 * Takes one of the mailbox's sends of the day, unless the send window is closed or the daily cap is reached.
 *
 * @returns null when the mail may go now; otherwise when to try again and why
 */
export async function takeSlot(
  trx: Trx,
  delivery: Delivery,
  config: Config['mailboxes'],
  mailbox: string,
  now: number,
): Promise<{ until: number; why: string } | null> {
  if (!counts(delivery)) return null;
  const limits = limitsOf(config, mailbox);
  const opening = nextOpening(now, limits);
  if (opening > now) return { until: opening, why: `outside the send window of ${mailbox}` };
  if (limits.dailyCap === null) return null;

  const key = { mailbox: mailbox.toLowerCase(), day: localTime(now, limits.timeZone).day };
  await lockNames(trx, [`mailbox ${key.mailbox} ${key.day}`]);
  const row = await trx
    .selectFrom('mailbox_days')
    .select('sent')
    .where('mailbox', '=', key.mailbox)
    .where('day', '=', key.day)
    .executeTakeFirst();
  if ((row?.sent ?? 0) >= limits.dailyCap) {
    const tomorrow = nextOpening(nextDay(now, limits.timeZone), limits);
    return { until: tomorrow, why: `the daily cap of ${limits.dailyCap} for ${mailbox} is reached` };
  }
  await trx
    .insertInto('mailbox_days')
    .values({ ...key, sent: 1 })
    .onConflict((conflict) =>
      conflict.columns(['mailbox', 'day']).doUpdateSet((eb) => ({ sent: eb('mailbox_days.sent', '+', 1) })),
    )
    .execute();
  return null;
}

/** Gives the send back after an attempt that delivered nothing. */
export async function giveBackSlot(
  trx: Trx,
  delivery: Delivery,
  config: Config['mailboxes'],
  mailbox: string,
  now: number,
): Promise<void> {
  const limits = limitsOf(config, mailbox);
  if (!counts(delivery) || limits.dailyCap === null) return;
  await trx
    .updateTable('mailbox_days')
    .set((eb) => ({ sent: eb('sent', '-', 1) }))
    .where('mailbox', '=', mailbox.toLowerCase())
    .where('day', '=', localTime(now, limits.timeZone).day)
    .where('sent', '>', 0)
    .execute();
}
