import { withoutSecrets } from '../../config/known-secrets.ts';
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { Logger } from '../../observability/logger.ts';
import type { Database } from '../../store/database.ts';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import { HubSpotApi } from './api.ts';
import type { WriteBack } from './apply-page.ts';
import { resolveMapping } from './check-mapping.ts';
import { type Cursor, getCursor } from './cursor-store.ts';
import { type PassDeps, newPass, runPass } from './object-pass.ts';
import { noCounts } from './page-plan.ts';
import type { RunContext, RunProgress } from './run-page.ts';
import { LeaseLost, beginRun, endRun, getRun, renewRun } from './run-store.ts';
import { type Mapping, type SyncSettings, mappingOf } from './settings.ts';
import { SyncStopped, SyncTrouble } from './trouble.ts';
import type { SyncRun } from './web-types.ts';

export interface SyncDeps {
  database: Database;
  now: () => number;
  log: Logger;
  settings: SyncSettings;
  baseUrl: string;
  token: string;
  /** Where presend writes opt-outs to in HubSpot. */
  optOutProperty: string;
  writeBack: WriteBack | null;
  /** Of one request; milliseconds. */
  timeoutMs?: number;
  searchesPerSecond?: number;
}

export interface SyncRequest {
  actor: string;
  full: boolean;
  dryRun: boolean;
  signal?: AbortSignal;
  /** Called with the id as soon as the run is there. */
  onBegun?: (id: string) => void;
  onProgress?: (progress: RunProgress) => void;
}

const HEARTBEAT_MS = 5_000;

/**
 * One sync from HubSpot into the mirror. Its changes have the run's id as import id. Trouble ends it as `failed` with a sentence;
 * what was committed before stays, and the next run goes on from there.
 *
 * @returns the run as it ended
 * @throws UserError while another sync runs
 */
export async function runSync(deps: SyncDeps, request: SyncRequest): Promise<SyncRun> {
  const { database, now, log } = deps;
  const { actor, dryRun } = request;
  const id = `i_${ulid(now()).toLowerCase()}`;
  const kind = request.full || (await cursorsOf(deps)).some(isFull) ? 'full' : 'incremental';
  await database.transact((trx) => beginRun(trx, { id, actor, kind, dryRun, at: now() }));
  request.onBegun?.(id);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(request.signal ? [request.signal] : [])]);
  const finish = async (state: 'done' | 'failed' | 'stopped', trouble: string | null) =>
    await database.transact((trx) =>
      endRun(trx, id, { state, trouble: trouble && withoutSecrets(trouble), at: now() }),
    );
  try {
    await attempt(deps, request, { id, signal, stop });
    await finish('done', null);
    log.info({ run: id, kind, dryRun }, 'the HubSpot sync is done');
  } catch (error) {
    if (error instanceof LeaseLost) {
      log.warn({ run: id }, 'the HubSpot sync was ended by another process');
    } else if (error instanceof SyncStopped) {
      await finish(
        'stopped',
        'a person or the end of the process stopped it; the next run goes on where it was',
      );
    } else if (error instanceof SyncTrouble) {
      log.error({ run: id, reason: error.message, err: error.cause }, 'the HubSpot sync failed');
      await finish('failed', error.message);
    } else {
      log.error({ run: id, err: error }, 'the HubSpot sync failed inside presend');
      await finish('failed', 'the sync failed inside presend; the log says why');
    }
  }
  const run = await getRun(database.db, id);
  if (!run) throw new Error(`the run ${id} is gone`);
  return run;
}

async function cursorsOf({ database, settings }: SyncDeps): Promise<Cursor[]> {
  return await Promise.all(settings.objects.map((object) => getCursor(database.db, object)));
}

const isFull = ({ pass, since }: Cursor): boolean => pass?.kind === 'full' || since === null;

async function attempt(
  deps: SyncDeps,
  request: SyncRequest,
  { id, signal, stop }: { id: string; signal: AbortSignal; stop: AbortController },
): Promise<void> {
  const { database, now, settings, log } = deps;
  let progress: RunProgress = {
    phase: 'starting',
    done: 0,
    total: null,
    counts: noCounts(),
    requests: 0,
    waited_ms: 0,
  };
  const told = (next: RunProgress): void => {
    progress = next;
    request.onProgress?.(progress);
  };
  const api = await HubSpotApi.open({
    token: deps.token,
    baseUrl: deps.baseUrl,
    requestsPerSecond: settings.requests_per_second,
    timeoutMs: deps.timeoutMs ?? 30_000,
    ...(deps.searchesPerSecond !== undefined && { searchesPerSecond: deps.searchesPerSecond }),
    signal,
    onWait: (ms) => log.info({ run: id, ms }, 'HubSpot asks the sync to wait'),
  });
  // Keeps the lease through long waits, and hears of a wish to stop.
  const heartbeat = setInterval(() => {
    const alive = { requests: api.caller.requests, waited_ms: api.caller.waitedMs };
    told({ ...progress, ...alive });
    database
      .transact((trx) => renewRun(trx, id, now(), alive))
      .then(
        (asked) => asked && stop.abort(),
        () => stop.abort(),
      );
  }, HEARTBEAT_MS);
  try {
    const { mapping, owners } = await portalOf(deps, api);
    const run: RunContext = {
      database,
      now,
      runId: id,
      mapping,
      onDelete: settings.on_delete,
      conflict: settings.conflict,
      writeBack: deps.writeBack,
      overlay: request.dryRun ? { companies: new Map(), addresses: new Map() } : null,
    };
    const passDeps: PassDeps = {
      run,
      api,
      context: { owners },
      signal,
      withCompanies: settings.objects.includes('companies'),
      onProgress: told,
    };
    // Companies first: contacts belong to them.
    const objects = (['companies', 'contacts'] as const).filter((one) => settings.objects.includes(one));
    const cursors: Cursor[] = [];
    for (const object of objects)
      cursors.push(await begunCursor(deps, request, { object, mapping, api, id }));
    told({ ...progress, total: await totalOf(cursors, api) });
    const kind = cursors.some(({ pass }) => pass?.kind === 'full') ? 'full' : 'incremental';
    await database.transact((trx) => renewRun(trx, id, now(), { kind, total: progress.total }));
    for (const cursor of cursors) told(await runPass(passDeps, cursor, progress));
  } finally {
    clearInterval(heartbeat);
    api.close();
  }
}

/** The mapping as this portal can fill it, and its owners. */
async function portalOf(
  { settings, optOutProperty }: SyncDeps,
  api: HubSpotApi,
): Promise<{ mapping: Mapping; owners: Map<string, string> }> {
  const properties = { companies: [] as string[], contacts: [] as string[] };
  for (const object of settings.objects) properties[object] = await api.properties(object);
  const wanted = mappingOf(settings, optOutProperty);
  const synced = {
    companies: settings.objects.includes('companies') ? wanted.companies : { fields: [], stops: [] },
    contacts: settings.objects.includes('contacts') ? wanted.contacts : { fields: [], stops: [] },
  };
  const { mapping } = resolveMapping(synced, properties);
  return { mapping, owners: await api.owners() };
}

/** The cursor with a pass in it: the one in progress, unless everything is to be read (anew). */
async function begunCursor(
  { database }: SyncDeps,
  { full, dryRun }: SyncRequest,
  { object, mapping, api, id }: { object: HubSpotObject; mapping: Mapping; api: HubSpotApi; id: string },
): Promise<Cursor> {
  const cursor = await getCursor(database.db, object);
  const hash = createHash('sha256').update(JSON.stringify(mapping[object])).digest('hex').slice(0, 32);
  const remapped = cursor.mapping !== null && cursor.mapping !== hash;
  const kind = full || remapped ? 'full' : 'incremental';
  const going = !full && !remapped && !dryRun ? cursor.pass : null;
  const clock = api.caller.clock ?? 0;
  if (clock === 0) {
    throw new SyncTrouble(
      'the answers come without a Date header, so that the time of HubSpot’s clock is not known; check any proxy in between',
    );
  }
  return { ...cursor, mapping: hash, pass: going ?? newPass(cursor, { kind, clock, mark: id }) };
}

async function totalOf(cursors: readonly Cursor[], api: HubSpotApi): Promise<number | null> {
  let total = 0;
  for (const { object, pass } of cursors) if (pass?.kind === 'full') total += await api.count(object);
  return total === 0 ? null : total;
}
