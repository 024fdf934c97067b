import type { Database } from '../../store/database.ts';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import { type HubSpotApi, type HubSpotRecord, PAGE } from './api.ts';
import { propertiesOf } from './check-mapping.ts';
import { type Cursor, type Pass, saveCursor } from './cursor-store.ts';
import { confirmLinked, linksOf, unseenLinks } from './link-store.ts';
import { type Page, type RunContext, type RunProgress, commitPage } from './run-page.ts';
import { EXTRA, type Said, readSaid } from './said.ts';
import type { TransformContext } from './transforms.ts';
import { SyncStopped, SyncTrouble } from './trouble.ts';

/** The search index is behind by seconds, now and then more; what changed this long before the last pass is read again. */
const OVERLAP_MS = 5 * 60_000;
/** Deleted records cannot be searched for by time; all of them are listed, so not every time. */
const DELETED_EVERY_MS = 60 * 60_000;
const CONFIRM_EVERY_MS = 24 * 60 * 60_000;

export interface PassDeps {
  run: RunContext;
  api: HubSpotApi;
  context: TransformContext;
  signal: AbortSignal;
  /** Companies are synced too, so contacts can be put into them. */
  withCompanies: boolean;
  onProgress: (progress: RunProgress) => void;
}

/** What one request found, and where the pass goes on; null = it is at its end. */
interface Step {
  said: Said[];
  next: Pass | null;
  /** Records still to come in this phase, as far as known. */
  left: number | null;
}

/** Starts a pass at HubSpot's present. */
export function newPass(
  cursor: Cursor,
  { kind, clock, mark }: { kind: 'incremental' | 'full'; clock: number; mark: string },
): Pass {
  const full = kind === 'full' || cursor.since === null;
  return {
    kind: full ? 'full' : 'incremental',
    phase: 'live',
    from: full ? 0 : (cursor.since ?? 0) - OVERLAP_MS,
    to: clock,
    after: null,
    deleted: full || cursor.archivedAt === null || clock - cursor.archivedAt >= DELETED_EVERY_MS,
    mark: full ? mark : null,
    deferred: [],
  };
}

/**
 * Reads one kind of object from where the cursor stands to HubSpot's present, a page at a time, each committed with the cursor:
 * changed or all live records, then deleted ones, then those put off, then (in full) those that HubSpot no longer lists.
 *
 * @returns the progress at the end
 * @throws SyncTrouble, SyncStopped, LeaseLost; what was committed stays, and the next run goes on from there
 */
export async function runPass(deps: PassDeps, cursor: Cursor, begun: RunProgress): Promise<RunProgress> {
  const { run, api, signal } = deps;
  const { object } = cursor;
  const seen = new Set<string>();
  let progress: RunProgress = { ...begun, phase: object };
  let pass = cursor.pass;
  while (pass !== null) {
    if (signal.aborted) throw new SyncStopped();
    const { said, next, left } = await stepOf(deps, object, pass, seen);
    for (const { id } of said) seen.add(id);
    const lastLook = pass.phase === 'deferred' || pass.phase === 'unseen';
    const deferred = lastLook ? null : new Set(pass.deferred);
    const page = await pageOf(deps, object, said, { mark: pass.mark, deferred });
    const done = progress.done + said.length;
    progress = {
      ...progress,
      phase: pass.phase === 'live' ? object : `${pass.phase} ${object}`,
      done,
      total: Math.max(
        done,
        pass.kind === 'incremental' && left !== null ? done + left : (progress.total ?? 0),
      ),
      requests: api.caller.requests,
      waited_ms: api.caller.waitedMs,
    };
    const ended: Pass = pass;
    const committed = await commitPage(run, page, progress, async (trx, at) => {
      const going: Pass | null = next && { ...next, deferred: [...(deferred ?? next.deferred)] };
      await saveCursor(trx, going === null ? finished(cursor, ended) : { ...cursor, pass: going }, at);
      if (going === null) await confirmLinked(trx, object, { at, before: at - CONFIRM_EVERY_MS });
    });
    pass = next && { ...next, deferred: [...(deferred ?? next.deferred)] };
    progress = committed.progress;
    deps.onProgress(progress);
    if (committed.stop) throw new SyncStopped();
  }
  return progress;
}

const finished = (cursor: Cursor, pass: Pass): Cursor => ({
  ...cursor,
  since: pass.to,
  pass: null,
  archivedAt: pass.deleted ? pass.to : cursor.archivedAt,
});

/** The phase after `pass.phase`, among those that the pass has. */
function afterPhase(pass: Pass): Pass | null {
  const phases: Pass['phase'][] = [
    'live',
    ...(pass.deleted ? (['deleted'] as const) : []),
    'deferred',
    ...(pass.kind === 'full' ? (['unseen'] as const) : []),
  ];
  const phase = phases[phases.indexOf(pass.phase) + 1];
  return phase === undefined ? null : { ...pass, phase, after: null };
}

async function stepOf(
  deps: PassDeps,
  object: HubSpotObject,
  pass: Pass,
  seen: ReadonlySet<string>,
): Promise<Step> {
  const { api, run, context } = deps;
  const properties = propertiesOf(run.mapping[object], EXTRA[object]);
  const said = (records: readonly HubSpotRecord[]): Said[] =>
    distinct(records).map((record) => readSaid(object, record, run.mapping[object], context));
  switch (pass.phase) {
    case 'live': {
      if (pass.kind === 'full') {
        const page = await api.list(object, { after: pass.after, archived: false, properties });
        return { said: said(page.records), next: goOn(pass, page.after), left: null };
      }
      const { ids, left } = await api.changed(object, pass, pass.after);
      const last = largest(ids);
      if (last !== null && pass.after !== null && BigInt(last) <= BigInt(pass.after)) {
        throw new SyncTrouble(
          `HubSpot's search for ${object} does not go on after id ${pass.after}; run a full sync: presend crm sync hubspot --full`,
        );
      }
      const more = ids.length > 0 && (ids.length === PAGE || left > 0);
      const records = await api.read(object, ids, properties);
      return { said: said(records), next: goOn(pass, more ? last : null), left };
    }
    case 'deleted': {
      const page = await api.list(object, { after: pass.after, archived: true, properties });
      return { said: said(page.records), next: goOn(pass, page.after), left: null };
    }
    case 'deferred': {
      const [some, rest] = [pass.deferred.slice(0, PAGE), pass.deferred.slice(PAGE)];
      const records = await api.read(object, some, properties);
      const going = { ...pass, deferred: rest };
      return { said: said(records), next: rest.length > 0 ? going : afterPhase(going), left: rest.length };
    }
    case 'unseen': {
      const links = await unseenLinks(run.database.db, object, pass.mark ?? '', pass.after ?? '', PAGE);
      // A dry run marks nothing as seen; it remembers.
      const ids = links.map((link) => link.hubspot_id).filter((id) => !seen.has(id));
      const records = await api.read(object, ids, properties);
      const there = new Set(records.map(({ id }) => id));
      const gone = ids
        .filter((id) => !there.has(id))
        .map((id) => ({ id, properties: {}, modifiedAt: pass.to, archived: true }));
      const last = links.at(-1)?.hubspot_id ?? null;
      const next = links.length === PAGE ? goOn(pass, last) : afterPhase(pass);
      return { said: said([...records, ...gone]), next, left: null };
    }
    default:
      return pass.phase satisfies never;
  }
}

const goOn = (pass: Pass, after: string | null): Pass | null =>
  after === null ? afterPhase(pass) : { ...pass, after };

/** HubSpot answers with the remaining record for each id that was merged into it. */
function distinct(records: readonly HubSpotRecord[]): HubSpotRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

/** Ids are numbers and sorted as such. */
function largest(ids: readonly string[]): string | null {
  return ids.reduce<string | null>(
    (most, id) => (most === null || BigInt(id) > BigInt(most) ? id : most),
    null,
  );
}

/** Looks up what a page needs beside its records, before its transaction. */
async function pageOf(
  { api, run, context, withCompanies }: PassDeps,
  object: HubSpotObject,
  said: Said[],
  { mark, deferred }: Pick<Page, 'mark' | 'deferred'>,
): Promise<Page> {
  const live = said.filter((one) => !one.archived);
  const companyIds =
    object === 'contacts' && withCompanies ? await api.companiesOf(live.map(({ id }) => id)) : null;
  const newCompanies: Said[] = [];
  if (companyIds !== null) {
    const unknown = await unknownCompanies(run.database, companyIds, run);
    for (let i = 0; i < unknown.length; i += PAGE) {
      const some = unknown.slice(i, i + PAGE);
      const properties = propertiesOf(run.mapping.companies, EXTRA.companies);
      const records = distinct(await api.read('companies', some, properties));
      newCompanies.push(
        ...records.map((record) => readSaid('companies', record, run.mapping.companies, context)),
      );
    }
  }
  return { object, said, companyIds, newCompanies, mark, deferred };
}

async function unknownCompanies(
  { db }: Database,
  companyIds: ReadonlyMap<string, string>,
  { overlay }: RunContext,
): Promise<string[]> {
  const ids = [...new Set(companyIds.values())];
  const links = await linksOf(db, 'companies', ids);
  return ids.filter((id) => !links.has(id) && !overlay?.companies.has(id));
}
