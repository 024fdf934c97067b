import { dirname } from 'node:path';
import { Counter, Gauge } from 'prom-client';
import type { Config } from '../config/config.ts';
import { readSecret } from '../config/secret.ts';
import { lastRun } from '../crm/hubspot/run-store.ts';
import { HubSpotSync } from '../crm/hubspot/sync.ts';
import { queueWriteBacks } from '../feedback/write-back-store.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Database } from '../store/database.ts';
import { repeat } from './lifecycle.ts';

interface HubSpotOptions {
  config: Config;
  database: Database;
  now: () => number;
  log: Logger;
  random?: () => number;
  /** null: on the command line nobody asks for them. */
  metrics: Metrics | null;
}

/**
 * The HubSpot sync as it is configured.
 *
 * @returns null without a `hubspot` section
 * @throws UserError for a token that cannot be read
 */
export function openHubSpot({ config, metrics, ...deps }: HubSpotOptions): HubSpotSync | null {
  const { hubspot } = config;
  if (!hubspot) return null;
  const base = dirname(config.source ?? config.data_dir);
  const count = metrics && hubSpotMetrics(metrics, deps);
  const sync: HubSpotSync = new HubSpotSync({
    ...deps,
    settings: hubspot.sync,
    baseUrl: hubspot.base_url,
    token: readSecret(hubspot, 'token', { section: 'hubspot', base }),
    optOutProperty: hubspot.opt_out_property,
    writeBack: (trx, value, at) =>
      queueWriteBacks(trx, { kind: 'address', value, reason: 'opted out in presend', at, except: null }, [
        'hubspot',
      ]),
    ...(count && { onRun: count }),
  });
  return sync;
}

/** Runs the sync by the clock. */
export function startHubSpot(
  sync: HubSpotSync,
  { database, pollMs, log }: { database: Database; pollMs: number; log: Logger },
) {
  const ticking = repeat(
    pollMs * 2,
    async () => {
      if (database.peers.leads()) await sync.tick();
    },
    (err) => log.error({ err }, 'the HubSpot sync could not be started; trying again'),
  );
  return {
    stop: async (): Promise<void> => {
      await sync.stop();
      await ticking.stop();
    },
  };
}

/** @returns what to call with every real run that ended */
function hubSpotMetrics(
  { registry }: Metrics,
  { now, database }: Pick<HubSpotOptions, 'now' | 'database'>,
): NonNullable<ConstructorParameters<typeof HubSpotSync>[0]['onRun']> {
  const registers = [registry];
  const runs = new Counter({
    name: 'presend_hubspot_sync_runs_total',
    help: 'HubSpot syncs by how they ended: done, failed or stopped.',
    labelNames: ['state'],
    registers,
  });
  const records = new Counter({
    name: 'presend_hubspot_sync_records_total',
    help: 'What those syncs found: new, changed, unchanged, conflicts, stops, invalid …',
    labelNames: ['result'],
    registers,
  });
  const success = async (): Promise<number | null> =>
    (await lastRun(database.db, ['done']))?.finished_at ?? null;
  new Gauge({
    name: 'presend_hubspot_sync_last_success_seconds',
    help: 'When the last HubSpot sync ended well, Unix time; 0 = never.',
    registers,
    async collect() {
      this.set(((await success()) ?? 0) / 1000);
    },
  });
  new Gauge({
    name: 'presend_hubspot_sync_age_seconds',
    help: 'Time since then; NaN = never.',
    registers,
    async collect() {
      const at = await success();
      this.set(at === null ? Number.NaN : (now() - at) / 1000);
    },
  });
  return (run) => {
    runs.inc({ state: run.state });
    for (const [result, count] of Object.entries(run.counts)) records.inc({ result }, count);
  };
}
