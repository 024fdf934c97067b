import type { Kysely } from 'kysely';
import type { Label } from '../review/act.ts';
import type { Schema } from '../store/schema.ts';
import type { Rating } from './kappa.ts';

/** Which labels: given in that time, about mail of that engine (null = of all). */
export interface LabelWindow {
  from: number;
  to: number;
  engine: string | null;
}

export interface LabelRow {
  delivery_id: string;
  actor: string;
  right: Label;
  /** What the delivery was stopped for; null = it was not. */
  rule: string | null;
  /** The verdict that the person had in front of them; null = none yet. */
  verdict_id: number | null;
}

/** Labels, oldest first. */
export async function labelsGiven(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  { from, to, engine }: LabelWindow,
): Promise<LabelRow[]> {
  let query = db
    .selectFrom('labels')
    .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
    .select((eb) => [
      'labels.delivery_id',
      'labels.actor',
      'labels.right',
      'deliveries.hold_reason as rule',
      eb
        .selectFrom('verdicts')
        .select((inner) => inner.fn.max('verdicts.id').as('id'))
        .whereRef('verdicts.delivery_id', '=', 'labels.delivery_id')
        .whereRef('verdicts.created_at', '<=', 'labels.at')
        .as('verdict_id'),
    ])
    .where('labels.at', '>=', from)
    .where('labels.at', '<', to)
    .orderBy('labels.id');
  if (engine !== null) query = query.where('deliveries.engine_id', '=', engine);
  return query.execute();
}

/** What people answered to spot checks in that time: the decision that each says is the right one. */
export async function spotCheckRatings(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  { from, to }: Pick<LabelWindow, 'from' | 'to'>,
): Promise<Rating[]> {
  const rows = await db
    .selectFrom('spot_check_answers')
    .select(['item_id', 'person_key', 'decision'])
    .where('at', '>=', from)
    .where('at', '<', to)
    .execute();
  return rows.map(({ item_id, person_key, decision }) => ({
    subject: String(item_id),
    rater: person_key,
    category: decision,
  }));
}
