import { z } from 'zod';
import { ApiError } from '../../http/api-error.ts';
import { CRM, type Endpoint, endpoint, READ } from '../../http/endpoint.ts';
import { answering } from '../grid-endpoints.ts';
import type { Database } from '../../store/database.ts';
import { countDifferences, listDifferences } from './difference-store.ts';
import { getRun } from './run-store.ts';
import type { HubSpotSync } from './sync.ts';
import type { SyncHealth, SyncRun, SyncRunView, SyncView } from './web-types.ts';

export interface HubSpotDeps {
  database: Database;
  now: () => number;
  /** null = HubSpot is not configured. */
  hubSpot: HubSpotSync | null;
}

const PAGE = 100;

const KINDS = [
  'new',
  'changed',
  'conflict',
  'kept',
  'stop',
  'stop_kept',
  'gone',
  'merged',
  'invalid',
] as const;

const pageQuery = z.strictObject({
  kind: z.enum(KINDS).optional(),
  q: z.string().max(200).default(''),
  after: z.coerce.number().int().min(0).default(0),
});
const runBody = z.strictObject({ dry_run: z.boolean().default(false), full: z.boolean().default(false) });
const revertBody = z.strictObject({
  force: z.boolean().default(false),
  reason: z.string().trim().min(3, 'Write at least a few words.').max(1000).optional(),
});

/** How the HubSpot sync is, for the health page. */
export async function hubSpotHealth({ hubSpot }: Pick<HubSpotDeps, 'hubSpot'>): Promise<SyncHealth> {
  return (
    (await hubSpot?.health()) ?? {
      state: 'not_configured',
      last_run: null,
      last_success_at: null,
      next_run_at: null,
      trouble: null,
    }
  );
}

/** `/sync/hubspot`: the sync into the CRM mirror. */
export function hubSpotEndpoints(deps: HubSpotDeps): Endpoint[] {
  const { database, hubSpot } = deps;
  return [
    endpoint('get', '/sync/hubspot', {
      access: READ,
      handle: async (): Promise<SyncView> => ({
        settings: hubSpot && {
          enabled: hubSpot.settings.enabled,
          every_minutes: hubSpot.settings.every_minutes,
          base_url: hubSpot.baseUrl,
          token: hubSpot.token,
          objects: hubSpot.settings.objects,
          conflict: hubSpot.settings.conflict,
          on_delete: hubSpot.settings.on_delete,
          ...hubSpot.mapping(),
        },
        health: await hubSpotHealth(deps),
        runs: (await hubSpot?.runs()) ?? [],
      }),
    }),
    endpoint('post', '/sync/hubspot/run', {
      access: CRM,
      body: runBody,
      handle: async ({ account, body }): Promise<SyncRun> =>
        await configured(hubSpot).begin({ actor: account.actor, full: body.full, dryRun: body.dry_run }),
    }),
    endpoint('get', '/sync/hubspot/runs/:id', {
      access: READ,
      query: pageQuery,
      handle: async ({ params, query }): Promise<SyncRunView> => {
        const run = await runOf(database, params);
        const differences = await listDifferences(database.db, run.id, {
          kind: query.kind ?? null,
          search: query.q.trim(),
          after: query.after,
          limit: PAGE,
        });
        return {
          run,
          kinds: await countDifferences(database.db, run.id),
          differences,
          next: differences.length === PAGE ? (differences.at(-1)?.id ?? null) : null,
        };
      },
    }),
    endpoint('post', '/sync/hubspot/runs/:id/stop', {
      access: CRM,
      handle: async ({ params }): Promise<void> => {
        await configured(hubSpot).stopRun((await runOf(database, params)).id);
      },
    }),
    endpoint('post', '/sync/hubspot/runs/:id/revert', {
      access: CRM,
      body: revertBody,
      handle: async ({ account, params, body }): Promise<{ changes: number }> => {
        const run = await runOf(database, params);
        const asked = { actor: account.actor, force: body.force, reason: body.reason ?? null };
        return { changes: await answering(() => configured(hubSpot).revertRun(run.id, asked)) };
      },
    }),
  ];
}

async function runOf({ db }: Database, params: Record<string, string>): Promise<SyncRun> {
  const run = await getRun(db, params['id'] ?? '');
  if (!run) throw new ApiError('not_found', 'There is no such sync.');
  return run;
}

function configured(hubSpot: HubSpotSync | null): HubSpotSync {
  if (!hubSpot) {
    throw new ApiError('conflict', 'HubSpot is not configured: docs/HUBSPOT.md says how.');
  }
  return hubSpot;
}
