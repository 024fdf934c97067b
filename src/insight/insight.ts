import type { KillSwitchConfig } from '../kill-switch/config.ts';
import { agreementBetween } from '../labels/stats.ts';
import { labelsGiven } from '../labels/stats-store.ts';
import type { Database } from '../store/database.ts';
import { falsePositivesOf } from './false-positives.ts';
import {
  MIN_LABELS,
  decisionsOver,
  holdsOf,
  latencyOver,
  precisionOf,
  stepOf,
  stepsOf,
  sums,
} from './figures.ts';
import { hoursBetween } from './hours.ts';
import {
  engineNames,
  heldTimes,
  labelCounts,
  labelsByActor,
  lastErrors,
  reviewerActs,
} from './insight-store.ts';
import type { InsightView } from './web-types.ts';

/** The figures of the insight page. */
export async function readInsight(
  db: Database['db'],
  asked: { from: number; to: number; engine: string | null },
  { now, killSwitch }: { now: number; killSwitch: KillSwitchConfig },
): Promise<InsightView> {
  const { from, to, engine } = asked;
  const step = stepOf(to - from);
  const steps = stepsOf(from, to, step);
  const { counts, missing } = await hoursBetween(db, { ...asked, step, now });
  const stopped = sums(counts, 'stopped');
  return {
    from,
    to,
    step_ms: step,
    missing,
    engines: await engineNames(db),
    decisions: decisionsOver(counts, steps),
    doubts: sums(counts, 'judged').flatMap(({ name, count }) =>
      name.startsWith('doubt:') ? [{ reason: name.slice(6), count }] : [],
    ),
    ...latencyOver(counts, steps),
    holds: holdsOf(await heldTimes(db, engine), now),
    precision: precisionOf(stopped, await labelCounts(db, asked)),
    min_labels: MIN_LABELS,
    false_positives: await falsePositivesOf(db, killSwitch.false_positives, { engine, now }),
    upstreams: await upstreamsOf(db, sums(counts, 'attempt')),
    reviewers: await reviewersOf(db, asked),
    agreement: agreementBetween(await labelsGiven(db, asked)),
  };
}

const OUTCOMES = ['delivered', 'temporary', 'permanent', 'lost', 'aborted'] as const;

async function upstreamsOf(
  db: Database['db'],
  attempts: readonly { name: string; count: number }[],
): Promise<InsightView['upstreams']> {
  // `outcome:upstream`
  const named = attempts.map(({ name, count }) => {
    const colon = name.indexOf(':');
    return { outcome: name.slice(0, colon), upstream: name.slice(colon + 1), count };
  });
  const upstreams = [...new Set(named.map(({ upstream }) => upstream))].toSorted();
  const errors = await lastErrors(db, upstreams);
  return upstreams.map((upstream) => {
    const count = (outcome: string): number =>
      named.find((one) => one.upstream === upstream && one.outcome === outcome)?.count ?? 0;
    const [delivered, temporary, permanent, lost, aborted] = OUTCOMES.map(count) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      upstream,
      delivered,
      temporary,
      permanent,
      lost,
      aborted,
      last_error: errors.get(upstream) ?? null,
    };
  });
}

async function reviewersOf(
  db: Database['db'],
  asked: { from: number; to: number; engine: string | null },
): Promise<InsightView['reviewers']> {
  const acts = (await reviewerActs(db, asked)).filter(({ actor }) => actor !== 'gate');
  const labels = await labelsByActor(db, asked);
  const actors = new Set([...acts, ...labels].map(({ actor }) => actor));
  return [...actors]
    .map((actor) => {
      const own = acts.filter((one) => one.actor === actor);
      const answers = (right: string): number =>
        labels.find((one) => one.actor === actor && one.right === right)?.count ?? 0;
      return {
        actor,
        acts: Object.fromEntries(own.map(({ action, count }) => [action, count])),
        total: own.reduce((sum, { count }) => sum + count, 0),
        right: answers('right'),
        wrong: answers('wrong'),
        not_sure: answers('not_sure'),
      };
    })
    .toSorted((a, b) => b.total - a.total);
}
