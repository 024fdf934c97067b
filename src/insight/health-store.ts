import { type Kysely, sql } from 'kysely';
import type { ChainFault } from '../store/audit-verify-store.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

type Reader = Kysely<Schema>;

/** Writes something harmless. */
export async function probeWrite(trx: Trx, now: number): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: 'health_probe', value: String(now) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(now) }))
    .execute();
}

/** Messages that wait for the judge: in its own line or in the adapter's. */
export async function waitingMessages(db: Reader, inAdapterLine: 0 | 1) {
  return db
    .selectFrom('messages')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('received_at').as('oldest')])
    .where('judged_at', 'is', null)
    .where('in_adapter_line', '=', sql.lit(inAdapterLine))
    .executeTakeFirstOrThrow();
}

/** Deliveries on their way out, by state. */
export async function waitingDeliveries(db: Reader, now: number) {
  return db
    .selectFrom('deliveries')
    .select((eb) => [
      'state',
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('next_attempt_at').as('due'),
      eb.fn.sum<number>(sql`case when next_attempt_at < ${now - 60_000} then 1 else 0 end`).as('late'),
    ])
    .where('state', 'in', ['relaying', 'escalating', 'deferred', 'uncertain'])
    .groupBy('state')
    .execute();
}

/** Held deliveries and when they run out. */
export async function heldDeliveries(db: Reader, now: number) {
  return db
    .selectFrom('deliveries')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('created_at').as('oldest'),
      eb.fn.sum<number>(sql`case when expires_at < ${now + 4 * 3_600_000} then 1 else 0 end`).as('due'),
    ])
    .where('state', '=', 'held')
    .where('kind', '=', 'mail')
    .executeTakeFirstOrThrow();
}

/** What became of the newest attempts of each upstream. */
export async function newestAttempts(db: Reader, since: number) {
  return db
    .selectFrom('attempts')
    .select((eb) => [
      'upstream',
      'outcome',
      eb.fn.countAll<number>().as('count'),
      eb.fn.max('finished_at').as('last'),
    ])
    .where('finished_at', '>=', since)
    .groupBy(['upstream', 'outcome'])
    .execute();
}

export async function givenUpEvents(db: Reader, since: number): Promise<number> {
  const { count } = await db
    .selectFrom('events')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'given_up')
    .where('finished_at', '>=', since)
    .executeTakeFirstOrThrow();
  return count;
}

export async function writeBackCounts(db: Reader) {
  return db
    .selectFrom('write_backs')
    .select((eb) => [
      'target',
      'state',
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('created_at').as('oldest'),
    ])
    .where('state', '!=', 'done')
    .groupBy(['target', 'state'])
    .execute();
}

export async function mailboxCursors(db: Reader) {
  return db.selectFrom('mailbox_cursors').select(['mailbox', 'last_uid', 'updated_at']).execute();
}

/** What came of the last look at the whole audit log. */
export interface Verified {
  at: number;
  entries: number;
  /** As `presend audit head` prints it. */
  head: string | null;
  fault: ChainFault | null;
}

/** null = nobody looked yet. */
export async function readVerified(db: Reader): Promise<Verified | null> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', 'audit_verified')
    .executeTakeFirst();
  return row ? (JSON.parse(row.value) as Verified) : null;
}

export async function saveVerified(trx: Trx, verified: Verified): Promise<void> {
  const value = JSON.stringify(verified);
  await trx
    .insertInto('settings')
    .values({ key: 'audit_verified', value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** The newest time anything was recorded. */
export async function newestRecord(db: Reader): Promise<number | null> {
  const row = await db.selectFrom('audit').select('at').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.at ?? null;
}

/** The oldest time anything was recorded. */
export async function oldestRecord(db: Reader): Promise<number | null> {
  const row = await db.selectFrom('audit').select('at').orderBy('id').limit(1).executeTakeFirst();
  return row?.at ?? null;
}

/** The newest sync with HubSpot that came to its end, and the newest of all. */
export async function newestSyncs(db: Reader) {
  const newest = await db
    .selectFrom('hubspot_runs')
    .select(['state', 'started_at', 'finished_at'])
    .where('dry_run', '=', 0)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const done = await db
    .selectFrom('hubspot_runs')
    .select('finished_at')
    .where('dry_run', '=', 0)
    .where('state', '=', 'done')
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { newest: newest ?? null, doneAt: done?.finished_at ?? null };
}
