import type { Delivery } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { type Act, actorDetail, personKey, personOf, versionOf } from './act.ts';

/** Somebody who approved the release of a delivery as it is now. */
export interface Approval {
  delivery_id: string;
  person_key: string;
  person_id: string;
  person_name: string;
}

/** Approvals of the deliveries that are still good: an edit or a new verdict makes them void. */
export async function approvalsOf(
  db: Pick<Trx, 'selectFrom'>,
  deliveryIds: readonly string[],
): Promise<Approval[]> {
  if (deliveryIds.length === 0) return [];
  return db
    .selectFrom('review_approvals as a')
    .innerJoin('deliveries as d', 'd.id', 'a.delivery_id')
    .select(['a.delivery_id', 'a.person_key', 'a.person_id', 'a.person_name'])
    .where('a.delivery_id', 'in', [...deliveryIds])
    .whereRef('a.version', '=', 'd.lease_token')
    .orderBy('a.at')
    .execute();
}

/** Notes that a person would release the delivery as it is now. */
export async function approve(trx: Trx, delivery: Delivery, act: Act, now: number): Promise<void> {
  const { id, name } = personOf(act);
  const row = { person_id: id, person_name: name, version: versionOf(delivery), at: now };
  await trx
    .insertInto('review_approvals')
    .values({ delivery_id: delivery.id, person_key: personKey(act), ...row })
    .onConflict((conflict) => conflict.columns(['delivery_id', 'person_key']).doUpdateSet(row))
    .execute();
  await recordAudit(trx, {
    at: now,
    actor: act.actor,
    subject: { type: 'delivery', id: delivery.id },
    action: 'approve',
    detail: { body_revision: delivery.body_revision, ...actorDetail(act) },
  });
}
