import { type Kysely, sql } from 'kysely';
import { DELIVERY_STATES, type DeliveryState, FINAL_STATES } from '../message/disposition.ts';
import { onItsWay } from '../store/due-store.ts';
import type { Schema } from '../store/schema.ts';

/**
 * What gauges are read from at every scrape. Each query walks an index over no more than it counts (a test looks at the plans), so
 * that a scrape stays cheap with 100,000 held and millions settled.
 */
type Reader = Kysely<Schema>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is held is counted by reason. */
const OPEN_STATES = DELIVERY_STATES.filter((state) => state !== 'held' && !FINAL_STATES.includes(state));

/** Deliveries by state, held ones left out (`heldNow`); those in a final state only if accepted after `since`. */
export async function countByState(
  db: Reader,
  since: number,
): Promise<{ state: DeliveryState; count: number }[]> {
  const open = await db
    .selectFrom('deliveries')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .where('state', 'in', OPEN_STATES)
    .groupBy('state')
    .execute();
  const final = await db
    .selectFrom('deliveries')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .where('state', 'in', [...FINAL_STATES])
    .where('created_at', '>', since)
    .groupBy('state')
    .execute();
  return [...open, ...final];
}

/** Where the ages that holds are counted in begin and end, milliseconds; the youngest first. */
const AGES = [
  ['under_1h', HOUR],
  ['under_4h', 4 * HOUR],
  ['under_1d', DAY],
  ['under_3d', 3 * DAY],
  ['under_7d', 7 * DAY],
  ['older', Number.MAX_SAFE_INTEGER],
] as const;

export interface HeldNow {
  byReason: Map<string, number>;
  /** By the time since they were accepted. */
  byAge: Map<string, number>;
  /** When the oldest was accepted; null = none is held. */
  oldest: number | null;
}

/** What is held now. Counted by ranges of an index: filters beside one walk took four times as long. */
export async function heldNow(db: Reader, now: number): Promise<HeldNow> {
  const held = db.selectFrom('deliveries').where('state', '=', sql.lit('held'));
  const reasons = await held
    .select((eb) => ['hold_reason', eb.fn.countAll<number>().as('count')])
    .groupBy('hold_reason')
    .execute();
  const byAge = new Map<string, number>();
  let until = Number.MAX_SAFE_INTEGER;
  for (const [name, age] of AGES) {
    const since = Math.max(0, now - age);
    const { count } = await held
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('created_at', '>', since)
      .where('created_at', '<=', until)
      .executeTakeFirstOrThrow();
    byAge.set(name, count);
    until = since;
  }
  const oldest = await held.select('created_at').orderBy('created_at').limit(1).executeTakeFirst();
  return {
    byReason: new Map(reasons.map((row) => [row.hold_reason ?? 'none', row.count])),
    byAge,
    oldest: oldest?.created_at ?? null,
  };
}

/** Since when the delivery that is due longest has been; null = none is due. Looks at all that are on their way out. */
export async function oldestDue(db: Reader, now: number): Promise<number | null> {
  const row = await db
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where(onItsWay)
    .where('next_attempt_at', '<=', now)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return row?.next_attempt_at ?? null;
}

/** Messages without a verdict: in the judge's line, in the adapter's, and when the oldest of both was accepted. */
export async function unjudgedNow(
  db: Reader,
): Promise<{ judge: number; adapter: number; oldest: number | null }> {
  const waiting = (line: 0 | 1) =>
    db
      .selectFrom('messages')
      .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('received_at').as('oldest')])
      .where('judged_at', 'is', null)
      .where('in_adapter_line', '=', sql.lit(line))
      .executeTakeFirstOrThrow();
  const judge = await waiting(0);
  const adapter = await waiting(1);
  const oldest = [judge.oldest, adapter.oldest].filter((at): at is number => at !== null);
  return {
    judge: judge.count,
    adapter: adapter.count,
    oldest: oldest.length === 0 ? null : Math.min(...oldest),
  };
}
