import type { Kysely } from 'kysely';
import { recordAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { Schema } from '../../store/schema.ts';
import type { KillSwitchConfig } from '../config.ts';
import { trip } from '../switch-store.ts';
import { type Fall, type FallKind, fallsOf, passedSays } from './fall.ts';
import type { CanaryResult } from './result.ts';
import { type NewRun, acceptedFall, acceptedRun, adaptersBefore, finishRun, readRun } from './store.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** What a run came to. */
export interface Outcome {
  state: 'passed' | 'fell' | 'broken' | 'cancelled';
  results: readonly CanaryResult[];
  falls: Fall[];
  /** One sentence or two. */
  says: string;
}

/** Weighs the results of a whole run against what was accepted before. Changes nothing. */
export async function weigh(
  db: Reader,
  run: NewRun,
  results: readonly CanaryResult[],
  limits: Pick<KillSwitchConfig, 'failures' | 'false_positives'>,
): Promise<Outcome> {
  const { adapter_version: version, cases_version: cases, extent } = run;
  const before = await resultsOf(db, (await acceptedRun(db, version, cases))?.id);
  const falls = fallsOf(results, {
    limits,
    extent,
    before,
    previous: before === null ? await previousResults(db, version, cases) : null,
    accepted: await acceptedFalls(db, version, limits),
  });
  return falls.length === 0
    ? { state: 'passed', results, falls, says: passedSays(results) }
    : { state: 'fell', results, falls, says: falls.map(({ says }) => says).join(' ') };
}

export interface ConcludeOptions {
  id: number;
  run: NewRun;
  outcome: Outcome;
  /** Who began it. */
  actor: string;
  now: number;
  /** What a fall trips to; null = it trips nothing: the adapter does not judge here, or in shadow only. */
  tripTo: 'shadow' | 'off' | null;
}

/** Keeps what a run came to, tells the audit log, and trips the switch on a fall: one transaction. */
export async function conclude(
  trx: Trx,
  { id, run, outcome, actor, now, tripTo }: ConcludeOptions,
): Promise<void> {
  const { state, results, says } = outcome;
  await finishRun(trx, id, { state, results, says, ended_at: now });
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'canary', id: String(id) },
    action: state,
    detail: {
      adapter: run.adapter_version,
      rubric: run.rubric_version,
      cases: results.length,
      extent: run.extent,
      trigger: run.trigger,
      says,
    },
  });
  if (state !== 'fell' || tripTo === null) return;
  await trip(trx, {
    by: 'monitor:canary',
    reason: 'The adapter fell on the probe cases',
    condition: says,
    mode: tripTo,
    at: now,
  });
}

async function resultsOf(db: Reader, id: number | undefined): Promise<CanaryResult[] | null> {
  return id === undefined ? null : ((await readRun(db, id))?.results ?? null);
}

/** Of the adapter that judged here before this one and was accepted on the same cases. */
async function previousResults(db: Reader, version: string, cases: string): Promise<CanaryResult[] | null> {
  for (const other of await adaptersBefore(db, version)) {
    const run = await acceptedRun(db, other, cases);
    if (run) return resultsOf(db, run.id);
  }
  return null;
}

/** What this adapter fell for by itself, whatever it was compared with, when a person accepted it. */
async function acceptedFalls(
  db: Reader,
  version: string,
  limits: Pick<KillSwitchConfig, 'failures' | 'false_positives'>,
): Promise<Set<FallKind>> {
  const run = await acceptedFall(db, version);
  if (!run) return new Set();
  const results = (await resultsOf(db, run.id)) ?? [];
  const options = {
    limits,
    extent: 'all',
    before: null,
    previous: null,
    accepted: new Set<FallKind>(),
  } as const;
  return new Set(fallsOf(results, options).map(({ kind }) => kind));
}
