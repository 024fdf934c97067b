import type { Trx } from '../store/database.ts';
import type { Delivery } from '../queue/settle.ts';

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
  await trx
    .insertInto('deliveries')
    .values({
      ...about,
      id: `${about.id}-${kind.replace('_', '-')}`,
      recipient: to,
      address_key: to.toLowerCase(),
      dsn_notify: null,
      dsn_orcpt: null,
      internal: 1,
      kind,
      about: about.id,
      prospect_id: null,
      state: 'relaying',
      returns_to: null,
      decision: null,
      hold_reason: null,
      held_behind: null,
      note: null,
      attempts: 0,
      next_attempt_at: now,
      undo_until: null,
      expires_at: null,
      reminded_at: null,
      lease_until: null,
      lease_token: 0,
      released_by: null,
      judged_at: now,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
