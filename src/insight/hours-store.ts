import { type Kysely, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { InsightHourTable } from '../store/insight-schema.ts';
import type { Schema } from '../store/schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export const HOUR_MS = 3_600_000;

/** Parts of hours: what `insight_hours` holds, whether it was added up before or is counted now. */
export type HourCount = InsightHourTable;

/** The same over the steps of a time line; `at` is a step's beginning. */
export interface StepCount extends Pick<InsightHourTable, 'kind' | 'name' | 'count'> {
  at: number;
}

/** Counts what was judged and attempted from `from` until before `to`, by hour. */
export async function countHours(db: Reader, from: number, to: number): Promise<HourCount[]> {
  const hourOf = (column: 'verdicts.created_at' | 'attempts.finished_at') =>
    sql<number>`${sql.ref(column)} - ${sql.ref(column)} % ${sql.lit(HOUR_MS)}`;
  const judged = db
    .selectFrom('verdicts')
    .innerJoin('deliveries', 'deliveries.id', 'verdicts.delivery_id')
    .where('verdicts.created_at', '>=', from)
    .where('verdicts.created_at', '<', to)
    // A delivery counts once, however often it is judged again.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('verdicts as earlier')
            .select('earlier.id')
            .whereRef('earlier.delivery_id', '=', 'verdicts.delivery_id')
            .whereRef('earlier.id', '<', 'verdicts.id'),
        ),
      ),
    );
  const hour = hourOf('verdicts.created_at').as('hour');
  const names = {
    judged: sql<string>`coalesce(verdicts.decision, 'doubt:' || verdicts.hold_reason)`,
    // To two digits or so: enough for percentiles, and few different ones. PostgreSQL's cast alone would round.
    latency: sql<string>`cast(case when verdicts.latency_ms < 10 then cast(trunc(verdicts.latency_ms * 10) as integer) * 100
      when verdicts.latency_ms < 100 then cast(trunc(verdicts.latency_ms) as integer) * 1000
      when verdicts.latency_ms < 1000 then cast(trunc(verdicts.latency_ms / 10) as integer) * 10000
      else cast(trunc(verdicts.latency_ms / 100) as integer) * 100000 end as text)`,
    stopped: sql<string>`coalesce(deliveries.hold_reason, '')`,
  };
  const counts: HourCount[] = [];
  for (const kind of ['judged', 'latency', 'stopped'] as const) {
    const rows = await judged
      .select((eb) => [
        hour,
        'deliveries.engine_id',
        names[kind].as('name'),
        eb.fn.countAll<number>().as('count'),
      ])
      .groupBy(['hour', 'deliveries.engine_id', 'name'])
      .execute();
    counts.push(...rows.filter(({ name }) => name !== '').map((row) => ({ ...row, kind })));
  }
  const attempts = await db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
    .where('attempts.finished_at', '>=', from)
    .where('attempts.finished_at', '<', to)
    .select((eb) => [
      hourOf('attempts.finished_at').as('hour'),
      'deliveries.engine_id',
      sql<string>`coalesce(attempts.outcome, 'lost') || ':' || attempts.upstream`.as('name'),
      eb.fn.countAll<number>().as('count'),
    ])
    .groupBy(['hour', 'deliveries.engine_id', 'name'])
    .execute();
  return [...counts, ...attempts.map((row) => ({ ...row, kind: 'attempt' as const }))];
}

/** Microseconds of a latency's name, for what was judged. */
export function latencyMs(name: string): number {
  return Number(name) / 1000;
}

const UNTIL = 'insight_hours_until';

/** Every hour before this time is added up; null = none yet. */
export async function addedUpUntil(db: Reader): Promise<number | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', UNTIL).executeTakeFirst();
  return row ? Number(row.value) : null;
}

/** The first hour from `from` on in which anything happened; null = none. */
export async function nextBusyHour(db: Reader, from: number): Promise<number | null> {
  const verdict = await db
    .selectFrom('verdicts')
    .select('created_at as at')
    .where('created_at', '>=', from)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst();
  const attempt = await db
    .selectFrom('attempts')
    .select('finished_at as at')
    .where('finished_at', '>=', from)
    .orderBy('finished_at')
    .limit(1)
    .executeTakeFirst();
  const first = Math.min(verdict?.at ?? Number.POSITIVE_INFINITY, attempt?.at ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first - (first % HOUR_MS) : null;
}

/** Adds one hour up, for good. */
export async function addUpHour(trx: Trx, hour: number): Promise<void> {
  const counts = await countHours(trx, hour, hour + HOUR_MS);
  await trx.deleteFrom('insight_hours').where('hour', '=', hour).execute();
  for (let at = 0; at < counts.length; at += 500) {
    await trx
      .insertInto('insight_hours')
      .values(counts.slice(at, at + 500))
      .execute();
  }
  await markUntil(trx, hour + HOUR_MS);
}

export async function markUntil(trx: Trx, until: number): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: UNTIL, value: String(until) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(until) }))
    .execute();
}

/** What was added up, of whole hours from `from` until before `to`, summed over steps of `step` milliseconds. */
export async function readHours(
  db: Reader,
  { from, to, engine, step }: { from: number; to: number; engine: string | null; step: number },
): Promise<StepCount[]> {
  let query = db
    .selectFrom('insight_hours')
    .select((eb) => [
      sql<number>`hour - hour % ${sql.lit(step)}`.as('at'),
      'kind',
      'name',
      eb.fn.sum<number>('count').as('count'),
    ])
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .groupBy(['at', 'kind', 'name']);
  if (engine !== null) query = query.where('engine_id', '=', engine);
  return query.execute();
}
