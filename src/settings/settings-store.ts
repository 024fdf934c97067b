import { type Kysely, sql } from 'kysely';
import type { AdapterRecord } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';
import type { ApiKeyView, AttemptView } from './web-types.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

const WAITING = ['received', 'relaying', 'deferred', 'scheduled', 'escalating'] as const;

/** Held deliveries, and those on their way, by engine. */
export async function openByEngine(db: Reader): Promise<Map<string, { held: number; on_the_way: number }>> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['engine_id', 'state', sql<number>`count(*)`.as('count')])
    .where('state', 'in', ['held', ...WAITING])
    .where('kind', '=', 'mail')
    .groupBy(['engine_id', 'state'])
    .execute();
  const counts = new Map<string, { held: number; on_the_way: number }>();
  for (const { engine_id, state, count } of rows) {
    const of = counts.get(engine_id) ?? { held: 0, on_the_way: 0 };
    of[state === 'held' ? 'held' : 'on_the_way'] += count;
    counts.set(engine_id, of);
  }
  return counts;
}

/** How many of the newest messages are looked through: an index for this alone would slow down accepting. */
const RECENT = 20_000;

/** When each engine's newest mail came, of the gate's newest messages. */
export async function lastMailByEngine(db: Reader): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom(
      db
        .selectFrom('messages')
        .select(['engine_id', 'received_at'])
        .orderBy('id', 'desc')
        .limit(RECENT)
        .as('recent'),
    )
    .select(['engine_id', sql<number>`max(received_at)`.as('at')])
    .groupBy('engine_id')
    .execute();
  return new Map(rows.map(({ engine_id, at }) => [engine_id, at]));
}

/** Every engine's API keys, newest first. */
export async function keysByEngine(db: Reader): Promise<Map<string, ApiKeyView[]>> {
  const rows = await db
    .selectFrom('api_keys')
    .select(['id', 'engine_id', 'kind', 'hint', 'created_at', 'revoked_at'])
    .orderBy('created_at', 'desc')
    .execute();
  const keys = new Map<string, ApiKeyView[]>();
  for (const { engine_id, ...key } of rows) keys.set(engine_id, [...(keys.get(engine_id) ?? []), key]);
  return keys;
}

/** The newest attempt through an upstream that ended so; null = none. */
export async function lastAttempt(
  db: Reader,
  upstream: string,
  ended: 'delivered' | 'failed',
): Promise<AttemptView | null> {
  const outcomes =
    ended === 'delivered' ? (['delivered'] as const) : (['temporary', 'permanent', 'lost'] as const);
  // One search by the index for each outcome: `in` would sort all of them.
  const found = await Promise.all(
    outcomes.map((outcome) =>
      db
        .selectFrom('attempts')
        .select(['id', 'finished_at', 'started_at', 'outcome', 'response'])
        .where('upstream', '=', upstream)
        .where('outcome', '=', outcome)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst(),
    ),
  );
  const newest = found
    .filter((row) => row !== undefined)
    .toSorted((a, b) => b.id - a.id)
    .at(0);
  if (!newest) return null;
  const { finished_at, started_at, outcome, response } = newest;
  return { at: finished_at ?? started_at, outcome: outcome ?? '', response };
}

/** How far back readings are looked for, verdicts. */
const RECENT_VERDICTS = 5_000;

/** Latencies of the adapter's newest readings (200 at most), milliseconds. */
export async function adapterLatencies(db: Reader): Promise<number[]> {
  const newest = await db.selectFrom('verdicts').select(sql<number>`max(id)`.as('id')).executeTakeFirst();
  const rows = await db
    .selectFrom('verdicts')
    .select('adapter')
    .where('id', '>', (newest?.id ?? 0) - RECENT_VERDICTS)
    .where('adapter', 'is not', null)
    .orderBy('id', 'desc')
    .limit(200)
    .execute();
  return rows.map(({ adapter }) => (JSON.parse(adapter!) as AdapterRecord).latency_ms);
}

/** Messages that wait for the adapter. */
export async function inAdapterLine(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('messages')
    .select(sql<number>`count(*)`.as('count'))
    .where('judged_at', 'is', null)
    .where('in_adapter_line', '=', sql.lit(1))
    .executeTakeFirstOrThrow();
  return count;
}
