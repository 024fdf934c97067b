import type { Kysely, Selectable } from 'kysely';
import { UserError } from '../../config/user-error.ts';
import { recordAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { HubSpotRunTable, SyncRunState } from '../../store/hubspot-schema.ts';
import type { Schema } from '../../store/schema.ts';
import { noCounts } from './page-plan.ts';
import type { SyncCounts, SyncRun } from './web-types.ts';

/** A run that does not say it is alive for this long has died with its process. */
export const LEASE_MS = 120_000;

type RunRow = Selectable<HubSpotRunTable>;

/** The run was ended by somebody else: another process took its lease after it had lapsed. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * Starts a run unless one is under way; one whose lease has lapsed is put down as interrupted first.
 *
 * @throws UserError while another sync runs
 */
export async function beginRun(
  trx: Trx,
  run: { id: string; actor: string; kind: 'incremental' | 'full'; dryRun: boolean; at: number },
): Promise<void> {
  const { id, actor, kind, dryRun, at } = run;
  const running = await trx
    .selectFrom('hubspot_runs')
    .selectAll()
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (running && running.lease_until > at) {
    throw new UserError(
      `a HubSpot sync is running since ${new Date(running.started_at).toISOString()} (${running.actor}); wait for it, or stop it first`,
    );
  }
  if (running) {
    await trx
      .updateTable('hubspot_runs')
      .set({
        state: 'interrupted',
        finished_at: at,
        trouble: 'the process that ran it ended; the next run goes on where it was',
      })
      .where('id', '=', running.id)
      .execute();
  }
  await trx
    .insertInto('hubspot_runs')
    .values({
      id,
      actor,
      kind,
      dry_run: dryRun ? 1 : 0,
      state: 'running',
      started_at: at,
      finished_at: null,
      lease_until: at + LEASE_MS,
      stop_asked: 0,
      phase: 'starting',
      done: 0,
      total: null,
      counts: JSON.stringify(noCounts()),
      requests: 0,
      waited_ms: 0,
      trouble: null,
      reverted_at: null,
      reverted_by: null,
    })
    .execute();
  await recordAudit(trx, {
    at,
    actor,
    subject: { type: 'crm_sync', id },
    action: dryRun ? 'crm_sync_dry_run' : 'crm_sync_started',
    detail: { kind },
  });
}

export type Progress = Partial<
  Pick<RunRow, 'kind' | 'phase' | 'done' | 'total' | 'requests' | 'waited_ms'>
> & {
  counts?: SyncCounts;
};

/**
 * Says that a run is alive and how far it is. Every page's changes are committed with this, so that a run whose lease was taken
 * changes nothing more.
 *
 * @returns whether a person asked it to stop
 * @throws LeaseLost when it no longer is the running one
 */
export async function renewRun(trx: Trx, id: string, at: number, progress: Progress): Promise<boolean> {
  const { counts, ...rest } = progress;
  const row = await trx
    .updateTable('hubspot_runs')
    .set({ ...rest, ...(counts && { counts: JSON.stringify(counts) }), lease_until: at + LEASE_MS })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .returning('stop_asked')
    .executeTakeFirst();
  if (!row) throw new LeaseLost(`the HubSpot sync ${id} was ended by another process`);
  return row.stop_asked !== 0;
}

export async function endRun(
  trx: Trx,
  id: string,
  end: { state: Exclude<SyncRunState, 'running'>; trouble: string | null; at: number },
): Promise<void> {
  const row = await trx
    .updateTable('hubspot_runs')
    .set({ state: end.state, trouble: end.trouble, finished_at: end.at })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .returningAll()
    .executeTakeFirst();
  if (!row || row.dry_run !== 0) return;
  await recordAudit(trx, {
    at: end.at,
    actor: row.actor,
    subject: { type: 'crm_sync', id },
    action: `crm_sync_${end.state}`,
    detail: { counts: JSON.parse(row.counts) as unknown, ...(end.trouble && { trouble: end.trouble }) },
  });
}

/** Asks the running sync to stop after its page. @returns false when none with this id is running */
export async function askToStop(trx: Trx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('hubspot_runs')
    .set({ stop_asked: 1 })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function getRun(db: Kysely<Schema>, id: string): Promise<SyncRun | null> {
  const row = await db.selectFrom('hubspot_runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? runView(row) : null;
}

/** The newest runs. */
export async function listRuns(db: Kysely<Schema>, limit: number): Promise<SyncRun[]> {
  const rows = await db
    .selectFrom('hubspot_runs')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(runView);
}

/** The last real run that ended in one of the states. */
export async function lastRun(db: Kysely<Schema>, states: readonly SyncRunState[]): Promise<SyncRun | null> {
  const row = await db
    .selectFrom('hubspot_runs')
    .selectAll()
    .where('dry_run', '=', 0)
    .where('state', 'in', [...states])
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? runView(row) : null;
}

/** How many real runs failed since the last that ended well. */
export async function failuresInARow(db: Kysely<Schema>): Promise<number> {
  const well = await lastRun(db, ['done']);
  const { count } = await db
    .selectFrom('hubspot_runs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('dry_run', '=', 0)
    .where('state', '=', 'failed')
    .where('started_at', '>', well?.started_at ?? 0)
    .executeTakeFirstOrThrow();
  return count;
}

export async function markReverted(trx: Trx, id: string, by: { actor: string; at: number }): Promise<void> {
  await trx
    .updateTable('hubspot_runs')
    .set({ reverted_at: by.at, reverted_by: by.actor })
    .where('id', '=', id)
    .execute();
}

/** Forgets runs and their differences that ended before `before`; the newest hundred stay. */
export async function forgetRuns(trx: Trx, before: number): Promise<void> {
  const kept = (await listRuns(trx, 100)).map((run) => run.id);
  await trx
    .deleteFrom('hubspot_runs')
    .where('finished_at', '<', before)
    .where('id', 'not in', kept)
    .execute();
}

function runView({ lease_until: _lease, stop_asked: _stop, ...row }: RunRow): SyncRun {
  return {
    ...row,
    dry_run: row.dry_run !== 0,
    counts: { ...noCounts(), ...(JSON.parse(row.counts) as Partial<SyncCounts>) },
  };
}
