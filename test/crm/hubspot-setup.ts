import type { z } from 'zod';
import { listDifferences } from '../../src/crm/hubspot/difference-store.ts';
import { type SyncDeps, type SyncRequest, runSync } from '../../src/crm/hubspot/run.ts';
import { syncSchema } from '../../src/crm/hubspot/settings.ts';
import type { SyncDifference, SyncRun } from '../../src/crm/hubspot/web-types.ts';
import { getProspectByAddress } from '../../src/crm/store.ts';
import type { Prospect } from '../../src/crm/records.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/store/database.ts';
import { type HubSpotStandIn, TOKEN } from '../support/hubspot-stand-in.ts';

export interface Syncing {
  deps: SyncDeps;
  run: (request?: Partial<SyncRequest>) => Promise<SyncRun>;
  /** A run that must end well. */
  sync: (request?: Partial<SyncRequest>) => Promise<SyncRun>;
  differences: (run: SyncRun) => Promise<SyncDifference[]>;
  prospect: (address: string) => Promise<Prospect | null>;
}

/** Syncs a database from a stand-in, without the pauses that HubSpot's real limits need. */
export function syncing(
  database: Database,
  hubSpot: HubSpotStandIn,
  settings: z.input<typeof syncSchema> = {},
  more: Partial<SyncDeps> = {},
): Syncing {
  const deps: SyncDeps = {
    database,
    now: Date.now,
    log: createLogger(process.env['TEST_LOG'] ?? 'silent'),
    settings: { ...syncSchema.parse(settings), requests_per_second: 10_000 },
    baseUrl: hubSpot.baseUrl,
    token: TOKEN,
    optOutProperty: 'presend_opted_out',
    writeBack: null,
    searchesPerSecond: 10_000,
    ...more,
  };
  const run = (request: Partial<SyncRequest> = {}): Promise<SyncRun> =>
    runSync(deps, { actor: 'test:ann', full: false, dryRun: false, ...request });
  return {
    deps,
    run,
    sync: async (request) => {
      const ended = await run(request);
      if (ended.state !== 'done') throw new Error(`the sync ended as ${ended.state}: ${ended.trouble}`);
      return ended;
    },
    differences: (ended) =>
      listDifferences(database.db, ended.id, { kind: null, search: '', after: 0, limit: 10_000 }),
    prospect: (address) => getProspectByAddress(database.db, address),
  };
}
