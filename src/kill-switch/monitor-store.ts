import type { Kysely, Selectable } from 'kysely';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { MonitorStateTable } from '../store/kill-switch-schema.ts';
import type { Schema } from '../store/schema.ts';
import type { MonitorReading } from './monitor.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/**
 * Notes that this adapter judges from now on, unless it did already. It is the newest then, also where the clock says the same
 * as, or less than, when the one before it began.
 */
export async function noteAdapter(trx: Trx, version: string, now: number): Promise<void> {
  const newest = await currentAdapter(trx);
  if (newest?.version === version) return;
  const since = newest ? Math.max(now, newest.since + 1) : now;
  await trx
    .insertInto('adapter_versions')
    .values({ version, since })
    .onConflict((conflict) => conflict.column('version').doUpdateSet({ since }))
    .execute();
}

/** The adapter that judges here, or did last; undefined before the first. */
export function currentAdapter(db: Reader): Promise<{ version: string; since: number } | undefined> {
  return db
    .selectFrom('adapter_versions')
    .selectAll()
    .orderBy('since', 'desc')
    .orderBy('version')
    .limit(1)
    .executeTakeFirst();
}

/**
 * From when on an adapter is watched: since it judges, or since the switch was last reset. What a reset settled stays settled.
 *
 * @returns `now` for one that does not judge here
 */
export async function watchedSince(db: Reader, version: string, now: number): Promise<number> {
  const adapter = await currentAdapter(db);
  if (adapter?.version !== version) return now;
  const reset = await db
    .selectFrom('kill_switch')
    .select('at')
    .where('mode', '=', 'active')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Math.max(adapter.since, reset?.at ?? 0);
}

/** Changes of state that people are told of. */
const TELLS: Record<MonitorReading['state'], 'calm' | 'alarmed'> = {
  ok: 'calm',
  not_enough: 'calm',
  warn: 'alarmed',
  over: 'alarmed',
};

/**
 * Keeps what the monitors say, and writes an audit entry for each that begins to warn, passes its limit or calms down. What
 * every monitor said is one transaction with what follows from it.
 */
export async function saveReadings(
  trx: Trx,
  readings: readonly MonitorReading[],
  now: number,
): Promise<void> {
  const known = new Map((await monitorStates(trx)).map((row) => [row.monitor, row]));
  for (const { monitor, title, state, value, says } of readings) {
    const before = known.get(monitor);
    const since = before?.state === state ? before.since : now;
    const row = { monitor, state, value, says, since, at: now };
    await trx
      .insertInto('monitor_states')
      .values(row)
      .onConflict((conflict) => conflict.column('monitor').doUpdateSet(row))
      .execute();
    const was = before?.state ?? 'not_enough';
    if (was === state || (TELLS[was] === 'calm' && TELLS[state] === 'calm')) continue;
    await recordAudit(trx, {
      at: now,
      actor: `monitor:${monitor}`,
      subject: { type: 'monitor', id: monitor },
      action: state === 'warn' || state === 'over' ? 'warned' : 'calmed',
      before: { state: was },
      after: { state },
      detail: { title, says },
    });
  }
}

/** Monitors that warn or are over their limit, as the gate saw them last; what it has not looked at for long is left out. */
export async function alarms(
  db: Reader,
  { now, watchSeconds }: { now: number; watchSeconds: number },
): Promise<Selectable<MonitorStateTable>[]> {
  const since = now - Math.max(10 * 60_000, 3 * watchSeconds * 1_000);
  return db
    .selectFrom('monitor_states')
    .selectAll()
    .where('state', 'in', ['warn', 'over'])
    .where('at', '>=', since)
    .orderBy('monitor')
    .execute();
}

export function monitorStates(db: Reader): Promise<Selectable<MonitorStateTable>[]> {
  return db.selectFrom('monitor_states').selectAll().orderBy('monitor').execute();
}
