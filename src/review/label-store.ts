import { failPoint } from '../observability/fail-point.ts';
import type { Trx } from '../store/database.ts';
import type { Label } from './act.ts';

/** Keeps a person's answer to "was the judge right?" with the act it came with. */
export async function addLabel(
  trx: Trx,
  label: { deliveryId: string; at: number; actor: string; right: Label; act: string },
): Promise<void> {
  await trx
    .insertInto('labels')
    .values({
      delivery_id: label.deliveryId,
      at: label.at,
      actor: label.actor,
      right: label.right,
      act: label.act,
    })
    .execute();
  failPoint('label-written');
}

/** An act that is taken back takes its answer with it: it will be asked again. */
export async function withdrawLabel(
  trx: Trx,
  deliveryId: string,
  act: 'release' | 'escalate',
): Promise<void> {
  const newest = await trx
    .selectFrom('labels')
    .select(['id', 'act'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest?.act === act) await trx.deleteFrom('labels').where('id', '=', newest.id).execute();
}
