import type { Kysely } from 'kysely';
import type { Outcome } from '../../evaluate/evaluate.ts';
import type { Decision } from '../../message/types.ts';
import type { Schema } from '../../store/schema.ts';
import { rulesTurned, turned } from './fall.ts';
import { type CanaryResult, type ProbeTally, isRight, tally, tallyByProbe } from './result.ts';
import {
  type CanaryHead,
  type CanaryRun,
  acceptedRun,
  newestDecided,
  readRun,
  underAnotherRubric,
} from './store.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** A case that came out otherwise than before. */
export interface TurnedCase {
  id: string;
  probe: string | null;
  hard: boolean;
  gold: Decision;
  was: Outcome;
  now: Outcome;
}

export interface Turned {
  /** The run it is compared with. */
  with: CanaryHead;
  worse: TurnedCase[];
  better: TurnedCase[];
}

/** One run in figures. */
export interface CanaryReport {
  run: CanaryHead;
  all: ProbeTally;
  probes: { probe: string; tally: ProbeTally }[];
  /** The operator's own cases; null where there were none. */
  own: ProbeTally | null;
  /** The adapter's readings against the run that it was accepted by; null where this is that run. */
  adapter: Turned | null;
  /** The rules against the newest run under another rubric; null where there is none. */
  rules: Turned | null;
}

/** The newest run of an adapter over all cases, in figures. */
export async function newestReport(db: Reader, version: string): Promise<CanaryReport | null> {
  const head = await newestDecided(db, version, 'all');
  const run = head && (await readRun(db, head.id));
  return run ? reportOf(db, run) : null;
}

export async function reportOf(db: Reader, run: CanaryRun): Promise<CanaryReport> {
  const { results, ...head } = run;
  const shipped = results.filter(({ own }) => !own);
  const own = results.filter((one) => one.own);
  const known = await acceptedRun(db, run.adapter_version, run.cases_version);
  const before = known && known.id < run.id ? await readRun(db, known.id) : undefined;
  const other = run.extent === 'all' ? await underAnotherRubric(db, run) : undefined;
  return {
    run: head,
    all: tally(shipped),
    probes: tallyByProbe(shipped),
    own: own.length === 0 ? null : tally(own),
    adapter: before
      ? compared(
          before,
          'adapter',
          results,
          turned(shipped, before.results, (one) => isRight(one, 'adapter')),
        )
      : null,
    rules: other ? compared(other, 'rules', results, rulesTurned(results, other.results)) : null,
  };
}

function compared(
  { results: before, ...head }: CanaryRun,
  by: 'adapter' | 'rules',
  results: readonly CanaryResult[],
  { worse, better }: { worse: readonly { id: string }[]; better: readonly { id: string }[] },
): Turned {
  const then = new Map(before.map((one) => [one.id, one]));
  const now = new Map(results.map((one) => [one.id, one]));
  const cases = (list: readonly { id: string }[]): TurnedCase[] =>
    list.map(({ id }) => {
      const { probe, hard, gold, [by]: outcome } = now.get(id)!;
      return { id, probe, hard, gold, was: then.get(id)![by], now: outcome };
    });
  return { with: head, worse: cases(worse), better: cases(better) };
}
