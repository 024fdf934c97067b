import type { Kysely } from 'kysely';
import type { Finding } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';

/**
 * Rules and decisions of every enforced finding in the newest verdict on each delivery: only the first of them is its decision,
 * and what the gate holds a mail for itself (a stopped engine) hides even that.
 */
export async function stopsFound(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map();
  const newest = db
    .selectFrom('verdicts')
    .select((eb) => eb.fn.max('id').as('id'))
    .where('delivery_id', 'in', [...ids])
    .groupBy('delivery_id');
  const rows = await db
    .selectFrom('verdicts')
    .select(['delivery_id', 'findings'])
    .where('id', 'in', newest)
    .execute();
  return new Map(
    rows.map(({ delivery_id, findings }) => [
      delivery_id,
      (JSON.parse(findings) as Finding[])
        .filter(({ enforced }) => enforced)
        .flatMap(({ rule, decision }) => [rule, decision]),
    ]),
  );
}
