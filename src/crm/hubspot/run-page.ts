import type { Database, Trx } from '../../store/database.ts';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import { type WriteBack, applyPage } from './apply-page.ts';
import { addDifferences } from './difference-store.ts';
import { noCounts, type Overlay, type PageContext, type PagePlan, SYNC_ACTOR } from './page-plan.ts';
import { planCompanyPage } from './plan-companies.ts';
import { planContactPage } from './plan-contacts.ts';
import { renewRun } from './run-store.ts';
import type { Said } from './said.ts';
import type { ConflictRule, Mapping } from './settings.ts';
import type { SyncCounts } from './web-types.ts';

/** What is the same for every page of a run. */
export interface RunContext {
  database: Database;
  now: () => number;
  runId: string;
  mapping: Mapping;
  onDelete: 'keep' | 'delete';
  conflict: ConflictRule;
  writeBack: WriteBack | null;
  /** Set: a dry run, which writes nothing but its report. */
  overlay: Overlay | null;
}

/** How far a run is. */
export interface RunProgress {
  phase: string;
  done: number;
  total: number | null;
  counts: SyncCounts;
  requests: number;
  waited_ms: number;
}

export interface Page {
  object: HubSpotObject;
  said: Said[];
  /** HubSpot's company of each contact; null = companies are not synced. */
  companyIds: ReadonlyMap<string, string> | null;
  /** Companies of the page's contacts that the mirror has not seen yet. */
  newCompanies: Said[];
  mark: string | null;
  /** Collects what is to be looked at again; null = this is the last look. */
  deferred: Set<string> | null;
}

/**
 * Commits a page: its changes, its part of the report, how far the run is, and (by `finish`) the cursor, all or nothing.
 *
 * @returns the progress with the page, and whether a person asked the run to stop
 */
export async function commitPage(
  run: RunContext,
  page: Page,
  progress: RunProgress,
  finish: (trx: Trx, at: number) => Promise<void>,
): Promise<{ progress: RunProgress; stop: boolean }> {
  const { database, runId, overlay } = run;
  return await database.transact(async (trx) => {
    const at = run.now();
    const change = { actor: SYNC_ACTOR, at, importId: runId };
    let counts = progress.counts;
    const take = async (plan: PagePlan): Promise<void> => {
      counts = added(counts, plan.counts);
      if (overlay === null) await applyPage(trx, plan, change, run.writeBack);
      await addDifferences(trx, runId, plan.differences);
    };
    if (page.newCompanies.length > 0) {
      await take(await planCompanyPage(contextOf(run, 'companies', page, trx, at), page.newCompanies));
    }
    const context = contextOf(run, page.object, page, trx, at);
    await take(
      page.object === 'companies'
        ? await planCompanyPage(context, page.said)
        : await planContactPage(context, page.said, page.companyIds),
    );
    if (overlay === null) await finish(trx, at);
    const after = { ...progress, counts };
    return { progress: after, stop: await renewRun(trx, runId, at, after) };
  });
}

function contextOf(run: RunContext, object: HubSpotObject, page: Page, trx: Trx, at: number): PageContext {
  return {
    db: trx,
    mapping: run.mapping[object],
    runId: run.runId,
    at,
    // A company read for a contact is met again in the pass over companies, or was met there.
    mark: page.object === object ? page.mark : null,
    onDelete: run.onDelete,
    conflict: run.conflict,
    deferred: page.object === object ? page.deferred : null,
    overlay: run.overlay,
  };
}

function added(a: SyncCounts, b: SyncCounts): SyncCounts {
  const sum = noCounts();
  for (const key of Object.keys(sum) as (keyof SyncCounts)[]) sum[key] = a[key] + b[key];
  return sum;
}
