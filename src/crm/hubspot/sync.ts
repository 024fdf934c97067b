import { UserError } from '../../config/user-error.ts';
import { recordAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { Change } from '../records.ts';
import { ReasonNeededError } from '../grid-edit.ts';
import { loosened } from '../grid-loosen.ts';
import { newestOf, revisionsAfter } from '../grid-revision-store.ts';
import { revertImport } from '../revert.ts';
import { forgetRun } from './link-store.ts';
import { type SyncDeps, type SyncRequest, runSync } from './run.ts';
import {
  askToStop,
  failuresInARow,
  forgetRuns,
  getRun,
  lastRun,
  listRuns,
  markReverted,
} from './run-store.ts';
import { type SyncSettings, mappingOf } from './settings.ts';
import type { SyncHealth, SyncMappingRow, SyncRun, SyncStopRow } from './web-types.ts';

export interface HubSpotSyncOptions extends Omit<SyncDeps, 'token'> {
  /** null = none is configured: nothing can run. */
  token: string | null;
  random?: () => number;
  /** Told of every real run that ended. */
  onRun?: (run: SyncRun) => void;
}

const MINUTE_MS = 60_000;
/** After failures the pause doubles up to this, or the configured one if that is longer. */
const LONGEST_PAUSE_MS = 6 * 60 * MINUTE_MS;
const JITTER = 0.1;
/** A sync that is meant to run and has not ended well for this many times its interval is dead. */
const DEAD_AFTER = 4;
const KEEP_MS = 90 * 24 * 60 * MINUTE_MS;

/** The HubSpot sync of a gate: by the clock when it is enabled, and when somebody asks. */
export class HubSpotSync {
  readonly #options: HubSpotSyncOptions;
  readonly #stop = new AbortController();
  #under: Promise<SyncRun> | null = null;
  /** When the next run by the clock is due; null until it has been worked out from the runs so far. */
  #nextAt: number | null = null;

  constructor(options: HubSpotSyncOptions) {
    this.#options = options;
  }

  get settings(): SyncSettings {
    return this.#options.settings;
  }

  get token(): 'given' | 'missing' {
    return this.#options.token === null ? 'missing' : 'given';
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /**
   * Starts a run in the background.
   *
   * @returns it as it begins
   * @throws UserError without a token, and while another runs
   */
  async begin(request: Pick<SyncRequest, 'actor' | 'full' | 'dryRun'>): Promise<SyncRun> {
    const id = await new Promise<string>((resolve, reject) => {
      this.#run({ ...request, onBegun: resolve }).catch(reject);
    });
    const run = await getRun(this.#options.database.db, id);
    if (!run) throw new Error(`the run ${id} is gone`);
    return run;
  }

  /**
   * Runs to the end.
   *
   * @returns it as it ended
   * @throws UserError without a token, and while another runs
   */
  run(request: SyncRequest): Promise<SyncRun> {
    return this.#run(request);
  }

  /** For the clock: runs when it is due. To be called again and again. */
  async tick(): Promise<void> {
    const { settings, token, now, database } = this.#options;
    if (!settings.enabled || token === null || this.#under) return;
    this.#nextAt ??= await this.#dueAt();
    if (now() < this.#nextAt) return;
    try {
      await this.#run({ actor: 'hubspot', full: false, dryRun: false });
      await database.transact((trx) => forgetRuns(trx, now() - KEEP_MS));
    } catch (error) {
      // Another process syncs: that is as good.
      if (!(error instanceof UserError)) throw error;
      this.#nextAt = now() + MINUTE_MS;
    }
  }

  /** @throws UserError when it is not running */
  async stopRun(id: string): Promise<void> {
    const asked = await this.#options.database.transact((trx) => askToStop(trx, id));
    if (!asked) throw new UserError('this sync is not running any more');
  }

  /**
   * Takes back every change of a run.
   *
   * @returns how many changes were taken back
   * @throws UserError when a record changed since and `force` is not set; nothing is taken back then
   */
  async revertRun(
    id: string,
    options: { actor: string; force: boolean; reason: string | null },
  ): Promise<number> {
    const { database, now } = this.#options;
    return await revertSyncRun({ database, now }, id, options);
  }

  async health(): Promise<SyncHealth> {
    const { database, settings, now } = this.#options;
    const last = await lastRun(database.db, ['running', 'done', 'failed', 'stopped', 'interrupted']);
    const well = await lastRun(database.db, ['done']);
    if (settings.enabled) this.#nextAt ??= await this.#dueAt();
    const lastSuccess = well?.finished_at ?? null;
    const running = last?.state === 'running';
    const trouble = this.token === 'missing' ? 'hubspot: no token is configured' : troubleOf(last);
    const dead =
      settings.enabled &&
      lastSuccess !== null &&
      now() - lastSuccess > DEAD_AFTER * settings.every_minutes * MINUTE_MS;
    const state = (): SyncHealth['state'] => {
      if (running) return 'running';
      if (trouble !== null || dead) return 'trouble';
      if (well) return settings.enabled ? 'well' : 'off';
      return settings.enabled ? 'waiting' : 'off';
    };
    return {
      state: state(),
      last_run: last,
      last_success_at: lastSuccess,
      next_run_at: settings.enabled && !running ? this.#nextAt : null,
      trouble:
        trouble ??
        (dead
          ? `the last sync that ended well was at ${new Date(lastSuccess).toISOString()}: prospects are judged by old records`
          : null),
    };
  }

  /** The newest runs. */
  async runs(limit = 20): Promise<SyncRun[]> {
    return await listRuns(this.#options.database.db, limit);
  }

  mapping(): { mapping: SyncMappingRow[]; stops: SyncStopRow[] } {
    const all = mappingOf(this.settings, this.#options.optOutProperty);
    const objects = (['companies', 'contacts'] as const).filter((one) => this.settings.objects.includes(one));
    return {
      mapping: objects.flatMap((object) =>
        all[object].fields.map(({ field, properties, transform, conflict, configured }) => ({
          object,
          field,
          properties,
          transform,
          conflict,
          configured,
        })),
      ),
      stops: objects.flatMap((object) => all[object].stops.map((stop) => ({ object, ...stop }))),
    };
  }

  /** Ends a run under way after its page, and waits for it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#under?.catch(() => {});
  }

  async #run(request: SyncRequest): Promise<SyncRun> {
    const { token, onRun } = this.#options;
    if (token === null) {
      throw new UserError(
        'there is no HubSpot token: set hubspot.token_env or token_file and restart the gate',
      );
    }
    if (this.#stop.signal.aborted) throw new UserError('the gate is stopping');
    if (this.#under) throw new UserError('a HubSpot sync is running already; wait for it, or stop it first');
    const running = runSync({ ...this.#options, token }, { ...request, signal: this.#stop.signal });
    this.#under = running;
    try {
      const run = await running;
      if (!run.dry_run) onRun?.(run);
      return run;
    } finally {
      this.#under = null;
      this.#nextAt = null;
    }
  }

  /** After the last real run by its interval, later after failures; at once when none has run. */
  async #dueAt(): Promise<number> {
    const { database, settings, random = Math.random } = this.#options;
    const last = await lastRun(database.db, ['done', 'failed', 'stopped', 'interrupted']);
    if (!last) return 0;
    const every = settings.every_minutes * MINUTE_MS;
    const failures = await failuresInARow(database.db);
    const pause =
      failures === 0 ? every : Math.max(every, Math.min(every * 2 ** (failures - 1), LONGEST_PAUSE_MS));
    // So that gates of one account do not all ask at the same minute.
    const jitter = 1 + JITTER * (2 * random() - 1);
    return (last.finished_at ?? last.started_at) + pause * jitter;
  }
}

/**
 * Takes back every change of a run, its opt-outs and disqualifiers among them, in one transaction.
 *
 * @returns how many changes were taken back
 * @param options.reason why opt-outs and disqualifiers are taken back; recorded
 * @throws UserError when there is nothing to take back, or a record changed since and `force` is not set; ReasonNeededError
 */
export async function revertSyncRun(
  { database, now }: Pick<SyncDeps, 'database' | 'now'>,
  id: string,
  { actor, force, reason }: { actor: string; force: boolean; reason: string | null },
): Promise<number> {
  const run = await getRun(database.db, id);
  if (!run) throw new UserError(`there is no HubSpot sync ${id}`);
  if (run.dry_run) throw new UserError('a dry run changed nothing: there is nothing to take back');
  if (run.state === 'running') throw new UserError('this sync is still running; stop it first');
  if (run.reverted_at !== null) throw new UserError('this sync was taken back already');
  return await database.transact(async (trx) => {
    const at = now();
    const newest = await newestOf(trx);
    const count = await revertImport(trx, id, { actor, at }, { force });
    const loosens = await loosened(trx, await revisionsAfter(trx, newest));
    if (loosens !== null && reason === null)
      throw new ReasonNeededError(`${loosens}. Say why; it is recorded.`);
    await noteReverted(trx, id, { actor, at }, loosens === null ? {} : { loosens, reason });
    return count;
  });
}

/** What follows where an import that was taken back was a run: the next sync that sees its records judges them anew. */
export async function noteReverted(
  trx: Trx,
  importId: string,
  { actor, at }: Change,
  detail: Record<string, unknown> = {},
): Promise<void> {
  if (!(await getRun(trx, importId))) return;
  await forgetRun(trx, importId);
  await markReverted(trx, importId, { actor, at });
  await recordAudit(trx, {
    at,
    actor,
    subject: { type: 'crm_sync', id: importId },
    action: 'crm_sync_reverted',
    detail,
  });
}

function troubleOf(last: SyncRun | null): string | null {
  return last?.state === 'failed' ? last.trouble : null;
}
