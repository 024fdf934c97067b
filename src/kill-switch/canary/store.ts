import type { Kysely, Selectable } from 'kysely';
import type { Trx } from '../../store/database.ts';
import type { CanaryRunTable } from '../../store/kill-switch-schema.ts';
import type { Schema } from '../../store/schema.ts';
import type { CanaryResult } from './result.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;
type Row = Selectable<CanaryRunTable>;

/** A run without what came of each case. */
export type CanaryHead = Omit<Row, 'results'>;
export type CanaryRun = CanaryHead & { results: CanaryResult[] };

const HEAD = [
  'id',
  'started_at',
  'ended_at',
  'adapter_version',
  'rubric_version',
  'cases_version',
  'extent',
  'trigger',
  'state',
  'says',
] as const;

/** Runs that came to their end: the adapter passed or fell. */
const DECIDED = ['passed', 'fell'] as const;

export type NewRun = Pick<
  Row,
  'started_at' | 'adapter_version' | 'rubric_version' | 'cases_version' | 'extent' | 'trigger'
>;

/** Notes that a run began. @returns its id */
export async function beginRun(trx: Trx, run: NewRun): Promise<number> {
  const { id } = await trx
    .insertInto('canary_runs')
    .values({ ...run, ended_at: null, state: 'running', results: null, says: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** How far a run is, for whoever looks from another process. */
export async function noteProgress(trx: Trx, id: number, says: string): Promise<void> {
  await trx
    .updateTable('canary_runs')
    .set({ says })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

export async function finishRun(
  trx: Trx,
  id: number,
  {
    results,
    ...rest
  }: Pick<Row, 'ended_at' | 'says'> & {
    state: Exclude<Row['state'], 'running'>;
    results: readonly CanaryResult[];
  },
): Promise<void> {
  await trx
    .updateTable('canary_runs')
    .set({ ...rest, results: JSON.stringify(results) })
    .where('id', '=', id)
    .execute();
}

/** Runs that a killed process left behind are over. */
export async function endCutRuns(trx: Trx, now: number): Promise<void> {
  await trx
    .updateTable('canary_runs')
    .set({ state: 'cancelled', ended_at: now, says: 'Cut short by the end of the gate.' })
    .where('state', '=', 'running')
    .execute();
}

/** Newest first. */
export function listRuns(db: Reader, limit: number): Promise<CanaryHead[]> {
  return db.selectFrom('canary_runs').select(HEAD).orderBy('id', 'desc').limit(limit).execute();
}

export async function readRun(db: Reader, id: number): Promise<CanaryRun | undefined> {
  const row = await db.selectFrom('canary_runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row && parsed(row);
}

/** The newest run of an adapter that came to its end. */
export async function newestDecided(
  db: Reader,
  version: string,
  extent?: Row['extent'],
): Promise<CanaryHead | undefined> {
  const query = db
    .selectFrom('canary_runs')
    .select(HEAD)
    .where('adapter_version', '=', version)
    .where('state', 'in', DECIDED)
    .orderBy('id', 'desc')
    .limit(1);
  return (extent === undefined ? query : query.where('extent', '=', extent)).executeTakeFirst();
}

/** The newest run over all cases that an adapter fell in and that a person accepted, by arming the switch again afterwards. */
export async function acceptedFall(
  db: Reader,
  version: string,
  cases?: string,
): Promise<CanaryHead | undefined> {
  const reset = await lastReset(db);
  if (reset === undefined) return undefined;
  return wholeRuns(db, version, cases)
    .where('state', '=', 'fell')
    .where('ended_at', '<=', reset)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/**
 * The run that speaks for an adapter: the first in which it passed all cases, or the newest fall that a person accepted, or the
 * first pass after that. The first and not the newest, so that it cannot get worse step by step unseen.
 */
export async function acceptedRun(
  db: Reader,
  version: string,
  cases?: string,
): Promise<CanaryHead | undefined> {
  const fall = await acceptedFall(db, version, cases);
  const passed = await wholeRuns(db, version, cases)
    .where('state', '=', 'passed')
    .where('id', '>', fall?.id ?? 0)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return passed ?? fall;
}

function wholeRuns(db: Reader, version: string, cases: string | undefined) {
  const query = db
    .selectFrom('canary_runs')
    .select(HEAD)
    .where('adapter_version', '=', version)
    .where('extent', '=', 'all');
  return cases === undefined ? query : query.where('cases_version', '=', cases);
}

/** Adapters that judged here, the one that took its place last first. */
export async function adaptersBefore(db: Reader, version: string): Promise<string[]> {
  const rows = await db
    .selectFrom('adapter_versions')
    .select('version')
    .where('version', '!=', version)
    .orderBy('since', 'desc')
    .orderBy('version')
    .execute();
  return rows.map((row) => row.version);
}

/** The newest run over all of the same cases under another rubric, to compare the rules with. */
export async function underAnotherRubric(db: Reader, run: CanaryHead): Promise<CanaryRun | undefined> {
  const row = await db
    .selectFrom('canary_runs')
    .selectAll()
    .where('extent', '=', 'all')
    .where('state', 'in', DECIDED)
    .where('cases_version', '=', run.cases_version)
    .where('rubric_version', '!=', run.rubric_version)
    .where('id', '<', run.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && parsed(row);
}

/** When the rubric of a run was first tried, without another one in between. */
export async function firstUnderRubric(db: Reader, run: CanaryHead, after: number): Promise<number> {
  const row = await db
    .selectFrom('canary_runs')
    .select('started_at')
    .where('rubric_version', '=', run.rubric_version)
    .where('id', '>', after)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.started_at ?? run.started_at;
}

/** When the switch was last armed again; undefined = never. */
async function lastReset(db: Reader): Promise<number | undefined> {
  const row = await db
    .selectFrom('kill_switch')
    .select('at')
    .where('mode', '=', 'active')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.at;
}

/** Keeps the newest runs, and of each adapter the first and the last that it passed or fell in. */
export async function forgetRuns(trx: Trx, keep: number): Promise<void> {
  const oldest = await trx
    .selectFrom('canary_runs')
    .select('id')
    .orderBy('id', 'desc')
    .offset(keep - 1)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  const kept = await trx
    .selectFrom('canary_runs')
    .select(({ fn }) => [fn.min('id').as('first'), fn.max('id').as('last')])
    .where('extent', '=', 'all')
    .where('state', 'in', DECIDED)
    .groupBy(['adapter_version', 'state'])
    .execute();
  await trx
    .deleteFrom('canary_runs')
    .where('id', '<', oldest.id)
    .where(
      'id',
      'not in',
      kept.flatMap(({ first, last }) => [first, last]),
    )
    .execute();
}

function parsed({ results, ...head }: Row): CanaryRun {
  return { ...head, results: results === null ? [] : (JSON.parse(results) as CanaryResult[]) };
}
