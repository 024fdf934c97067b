import { type Kysely, sql } from 'kysely';

import { DECISIONS, type Decision } from '../message/types.ts';
import type { Schema } from '../store/schema.ts';

const HOUR = 3_600_000;

export type DecisionCounts = Record<Decision | 'HOLD', number>;

/** Deliveries by their first verdict, from the hours that are added up; the hour in progress is left out. */
export async function decisionCounts(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  from: number,
  to: number,
): Promise<DecisionCounts> {
  const rows = await db
    .selectFrom('insight_hours')
    .select(['name', sql<number>`sum(count)`.as('count')])
    .where('kind', '=', 'judged')
    .where('hour', '>=', from - (from % HOUR))
    .where('hour', '<', to - (to % HOUR))
    .groupBy('name')
    .execute();
  const counts: DecisionCounts = { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0, HOLD: 0 };
  for (const { name, count } of rows) counts[DECISIONS.find((one) => one === name) ?? 'HOLD'] += count;
  return counts;
}
