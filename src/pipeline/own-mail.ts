import { newDelivery } from '../queue/new-delivery.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';

/** Mails the gate writes itself about a delivery; composed when they are sent (pipeline/compose.ts). */
export type OwnMail = 'report_failed' | 'report_delayed' | 'reminder';

/**
 * Queues one of the gate's own mails in the transaction of the event it tells of, so that neither can be lost
 * without the other. At most one of a kind for each delivery; nothing for the null sender.
 */
export async function queueOwnMail(
  trx: Trx,
  about: Delivery,
  kind: OwnMail,
  to: string,
  now: number,
): Promise<void> {
  if (to === '') return;
  const own = newDelivery({
    id: `${about.id}-${kind.replace('_', '-')}`,
    messageId: about.message_id,
    engineId: about.engine_id,
    recipient: to,
    internal: true,
    now,
  });
  await trx
    .insertInto('deliveries')
    .values({
      ...own,
      kind,
      about: about.id,
      body_revision: about.body_revision,
      state: 'relaying',
      next_attempt_at: now,
      judged_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/**
 * Tells the engine's return path what became of a mail that it was told 250 for: it logged "sent". An engine with a webhook
 * hears it there.
 */
export async function queueReport(
  trx: Trx,
  about: Delivery,
  kind: 'report_failed' | 'report_delayed',
  now: number,
): Promise<void> {
  const message = await trx
    .selectFrom('messages')
    .innerJoin('engines', 'engines.id', 'messages.engine_id')
    .select(['messages.envelope_from', 'engines.webhook_url'])
    .where('messages.id', '=', about.message_id)
    .executeTakeFirstOrThrow();
  if (message.webhook_url !== null) return;
  await queueOwnMail(trx, about, kind, message.envelope_from, now);
}
