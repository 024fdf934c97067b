import type { Kysely } from 'kysely';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { KillSwitchConfig } from './config.ts';
import type { Monitor, MonitorReading } from './monitor.ts';
import { noteAdapter, saveReadings, watchedSince } from './monitor-store.ts';
import { MONITORS } from './monitors/index.ts';
import type { KillSwitch } from './switch.ts';
import { type Trip, trip } from './switch-store.ts';

export interface WatchOptions {
  database: Database;
  config: KillSwitchConfig;
  killSwitch: KillSwitch;
  now: () => number;
  log: Logger;
  /** Version of the adapter that judges here; null = the rules judge alone, and there is nothing to watch. */
  adapter: string | null;
  /** Told what every monitor says. */
  onReadings?: (readings: readonly MonitorReading[]) => void;
}

/** Looks at the monitors again and again, keeps what they say, and trips the switch. */
export class Watch {
  readonly #options: WatchOptions;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Notes which adapter judges, before the first mail. */
  async open(): Promise<void> {
    const { database, adapter, now } = this.#options;
    if (adapter !== null) await database.transact((trx) => noteAdapter(trx, adapter, now()));
  }

  /** One look. A monitor that fails is logged and hides no other. */
  async look(): Promise<void> {
    const { database, config, adapter, now, log, killSwitch, onReadings } = this.#options;
    if (adapter === null) return;
    const at = now();
    const read = await readMonitors({ db: database.db, config, version: adapter, now: at }, (monitor, err) =>
      log.error({ err, monitor }, 'a monitor of the kill switch failed; trying again'),
    );
    const trips = read.flatMap(({ trips: may, readings }) =>
      may ? readings.filter(({ state }) => state === 'over') : [],
    );
    const readings = read.flatMap((one) => one.readings);
    await database.transact(async (trx) => {
      await saveReadings(trx, readings, at);
      for (const reading of trips) await trip(trx, tripBy(reading, config, at));
    });
    onReadings?.(readings);
    if (trips.length > 0) await killSwitch.refresh();
  }
}

/** What a monitor that passed its limit does. */
function tripBy({ monitor, title, says }: MonitorReading, { trip_to }: KillSwitchConfig, at: number): Trip {
  return { by: `monitor:${monitor}`, reason: `${title} past the limit`, condition: says, mode: trip_to, at };
}

/** What every monitor says about one adapter, in the order they are shown. */
export async function readMonitors(
  context: {
    db: Pick<Kysely<Schema>, 'selectFrom'>;
    config: KillSwitchConfig;
    version: string;
    now: number;
  },
  onFailure: (monitor: string, err: unknown) => void,
): Promise<{ trips: Monitor['trips']; readings: MonitorReading[] }[]> {
  const since = await watchedSince(context.db, context.version, context.now);
  return Promise.all(
    MONITORS.map(async (monitor) => {
      try {
        return { trips: monitor.trips, readings: await monitor.read({ ...context, since }) };
      } catch (err) {
        onFailure(monitor.name, err);
        return { trips: monitor.trips, readings: [] };
      }
    }),
  );
}
