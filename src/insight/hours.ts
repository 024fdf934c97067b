import type { Database } from '../store/database.ts';
import {
  HOUR_MS,
  type StepCount,
  addUpHour,
  addedUpUntil,
  countHours,
  markUntil,
  nextBusyHour,
  readHours,
} from './hours-store.ts';

/** An hour is over for good a while after its end: what began in it is on disk by then. */
const SETTLED_MS = 10 * 60_000;

/** Most of the recent past that is counted while somebody waits. */
const LIVE_MS = 3 * HOUR_MS;

/**
 * Adds up the hours that are over, oldest first, one transaction each, when mail does not need the thread.
 *
 * @returns how many were added up
 */
export async function addUpHours(options: {
  database: Database;
  now: () => number;
  standBack: () => Promise<void>;
  stopped: () => boolean;
}): Promise<number> {
  const { database, now, standBack, stopped } = options;
  let until = (await addedUpUntil(database.db)) ?? 0;
  for (let count = 0; ; count += 1) {
    await standBack();
    if (stopped()) return count;
    const end = now() - SETTLED_MS;
    const hour = await nextBusyHour(database.db, until);
    if (hour === null || hour + HOUR_MS > end) {
      // The quiet hours too are done.
      const over = end - (end % HOUR_MS);
      if (over > until) await database.transact((trx) => markUntil(trx, over));
      return count;
    }
    await database.transact((trx) => addUpHour(trx, hour));
    until = hour + HOUR_MS;
  }
}

/**
 * Counts by step from `from` (its whole hour) until before `to`: added up before, and the last hours as they stand.
 *
 * @returns `missing` when older hours are still being added up
 */
export async function hoursBetween(
  db: Database['db'],
  {
    from,
    to,
    engine,
    step,
    now,
  }: { from: number; to: number; engine: string | null; step: number; now: number },
): Promise<{ counts: StepCount[]; missing: boolean }> {
  const first = from - (from % HOUR_MS);
  const until = (await addedUpUntil(db)) ?? 0;
  const live = Math.max(first, until, now - LIVE_MS - ((now - LIVE_MS) % HOUR_MS));
  const counted = await readHours(db, { from: first, to: Math.min(to, until), engine, step });
  const fresh = live < to ? await countHours(db, live, to) : [];
  const older = live > until ? await nextBusyHour(db, Math.max(until, first)) : null;
  return {
    counts: [
      ...counted,
      ...fresh.flatMap(({ engine_id, hour, ...rest }) =>
        engine === null || engine_id === engine ? [{ ...rest, at: hour - (hour % step) }] : [],
      ),
    ],
    missing: older !== null && older < live,
  };
}
