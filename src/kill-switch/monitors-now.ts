import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { KillSwitchConfig } from './config.ts';
import type { MonitorReading } from './monitor.ts';
import { monitorStates, watchedSince } from './monitor-store.ts';
import { readMonitors } from './watch.ts';

/** What every monitor says now, for people. */
export interface MonitorsNow {
  /** Version of the adapter that is watched. */
  adapter: string;
  /** Since when: what happened before is another adapter's, or was settled by a reset. */
  since: number;
  monitors: ShownMonitor[];
  /** Monitors that could not be read, with the reason. */
  failed: { monitor: string; why: string }[];
}

export interface ShownMonitor extends MonitorReading {
  /** Whether it trips the switch when it is over the limit; otherwise it only warns. */
  trips: boolean;
  /** Since when it is in this state; null = the gate has not looked since it changed. */
  changed_at: number | null;
}

/** Looks at all monitors anew, in the order they are shown. Changes nothing, and trips nothing. */
export async function monitorsNow(context: {
  db: Pick<Kysely<Schema>, 'selectFrom'>;
  config: KillSwitchConfig;
  version: string;
  now: number;
}): Promise<MonitorsNow> {
  const { db, version, now } = context;
  const failed: MonitorsNow['failed'] = [];
  const read = await readMonitors(context, (monitor, err) =>
    failed.push({ monitor, why: err instanceof Error ? err.message : String(err) }),
  );
  const kept = new Map((await monitorStates(db)).map((row) => [row.monitor, row]));
  const monitors = read.flatMap(({ trips, readings }) =>
    readings.map((reading): ShownMonitor => {
      const row = kept.get(reading.monitor);
      return { ...reading, trips, changed_at: row?.state === reading.state ? row.since : null };
    }),
  );
  return { adapter: version, since: await watchedSince(db, version, now), monitors, failed };
}
