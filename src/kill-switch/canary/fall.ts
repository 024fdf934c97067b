import { oneSidedBounds, proportion, signTest } from '../../evaluate/statistics.ts';
import { counted } from '../../message/counted.ts';
import type { KillSwitchConfig } from '../config.ts';
import { percent } from '../percent.ts';
import { type CanaryResult, isGood, isRight, passedByRules, stoppedByAdapter, unanswered } from './result.ts';

/** What an adapter can fall for; defined in `kill-switch/README.md`, "Canary". */
export type FallKind =
  | 'broken'
  | 'false_positives'
  | 'knows_nothing'
  | 'worse_than_rules'
  | 'lost'
  | 'worse_than_before';

export interface Fall {
  kind: FallKind;
  /** One sentence with the figures. */
  says: string;
}

/** Level of each test. */
export const LEVEL = 0.01;

/** Fewer failed answers than this say nothing. */
const MIN_FAILED = 3;

export interface FallOptions {
  limits: Pick<KillSwitchConfig, 'failures' | 'false_positives'>;
  extent: 'some' | 'all';
  /** What the same adapter made of the same cases when it was last accepted. */
  before: readonly CanaryResult[] | null;
  /** Where it never was: what the adapter before it made of them. */
  previous: readonly CanaryResult[] | null;
  /** What a person has seen it fall for and accepted. */
  accepted: ReadonlySet<FallKind>;
}

/** Why an adapter falls; empty when it passes. Pure. The operator's own cases count nowhere. */
export function fallsOf(all: readonly CanaryResult[], options: FallOptions): Fall[] {
  const results = all.filter(({ own }) => !own);
  const { limits, extent, before, previous, accepted } = options;
  const found = [
    broken(results, limits.failures.limit),
    falsePositives(results, limits.false_positives.limit),
    extent === 'all' ? knowsNothing(results) : null,
    worseThanRules(results),
    before && lost(results, before),
    !before && previous ? worseThanBefore(results, previous) : null,
  ];
  return found.filter((one) => one !== null).filter(({ kind }) => !accepted.has(kind));
}

/** Whether so many failed answers are too many of a run of `of` cases, whatever comes of the rest. */
export function certainlyBroken(failed: number, of: number, limit: number): boolean {
  return failed >= MIN_FAILED && oneSidedBounds(failed, of).low > limit;
}

function broken(results: readonly CanaryResult[], limit: number): Fall | null {
  const failed = results.filter(({ trouble }) => trouble !== null && trouble !== 'too_long');
  if (!certainlyBroken(failed.length, results.length, limit)) return null;
  return {
    kind: 'broken',
    says: `${failed.length} of ${counted(results.length, 'case')} got no reading, limit ${percent(limit)} (${worst(failed)}).`,
  };
}

function falsePositives(results: readonly CanaryResult[], limit: number): Fall | null {
  const go = results.filter((one) => isGood(one) && passedByRules(one) && !unanswered(one));
  const stopped = go.filter(stoppedByAdapter);
  if (oneSidedBounds(stopped.length, go.length).low <= limit) return null;
  return {
    kind: 'false_positives',
    says: `It stops ${stopped.length} of ${counted(go.length, 'good mail')} that the rules pass, ${percent(stopped.length / go.length)}, limit ${percent(limit)} (${worst(stopped)}).`,
  };
}

/**
 * The burden is on the adapter here: it has to tell the two sides of one mail apart more often than it takes them the wrong
 * way round. One that passes everything, stops everything or guesses does not.
 */
function knowsNothing(results: readonly CanaryResult[]): Fall | null {
  const sides = new Map<string, { good?: CanaryResult; bad?: CanaryResult }>();
  for (const one of results) {
    if (one.pair === null || unanswered(one)) continue;
    sides.set(one.pair, { ...sides.get(one.pair), [isGood(one) ? 'good' : 'bad']: one });
  }
  const pairs = [...sides.values()].flatMap(({ good, bad }) => (good && bad ? [{ good, bad }] : []));
  if (pairs.length === 0) return null;
  const apart = pairs.filter(({ good, bad }) => stoppedByAdapter(bad) && !stoppedByAdapter(good)).length;
  const reversed = pairs.filter(({ good, bad }) => !stoppedByAdapter(bad) && stoppedByAdapter(good)).length;
  if (signTest(apart, reversed) < LEVEL) return null;
  return {
    kind: 'knows_nothing',
    says: `Of ${counted(pairs.length, 'mail')} with a good and a bad side it stops only the bad side of ${apart} and only the good side of ${reversed}: no better than guessing.`,
  };
}

function worseThanRules(results: readonly CanaryResult[]): Fall | null {
  const harmed = results.filter((one) => isRight(one, 'rules') && !isRight(one, 'full'));
  const mended = results.filter((one) => !isRight(one, 'rules') && isRight(one, 'full'));
  if (signTest(harmed.length, mended.length) >= LEVEL) return null;
  return {
    kind: 'worse_than_rules',
    says: `With it ${counted(harmed.length, 'case')} that the rules alone have right are wrong, and ${mended.length} the other way round (${worst(harmed)}).`,
  };
}

/** The same adapter and the same cases: whatever is lost was there before, so every reading counts. */
function lost(results: readonly CanaryResult[], before: readonly CanaryResult[]): Fall | null {
  const { worse, better } = turned(results, before, (one) => isRight(one, 'adapter'));
  if (signTest(worse.length, better.length) >= LEVEL) return null;
  return {
    kind: 'lost',
    says: `It reads ${counted(worse.length, 'case')} wrongly that it read rightly when it was accepted, and ${better.length} the other way round, of ${results.length} (${worst(worse)}).`,
  };
}

/** Another adapter: only what the rules pass counts, since what they stop never reaches it. */
function worseThanBefore(results: readonly CanaryResult[], previous: readonly CanaryResult[]): Fall | null {
  const { worse, better } = turned(results.filter(passedByRules), previous.filter(passedByRules), (one) =>
    isRight(one, 'adapter'),
  );
  if (signTest(worse.length, better.length) >= LEVEL) return null;
  return {
    kind: 'worse_than_before',
    says: `Of what the rules pass it reads ${counted(worse.length, 'case')} wrongly that the adapter before it read rightly, and ${better.length} the other way round (${worst(worse)}).`,
  };
}

/** Cases that turned, by id; a case without an answer on either side is left out. */
export function turned(
  results: readonly CanaryResult[],
  before: readonly CanaryResult[],
  right: (one: CanaryResult) => boolean,
): { worse: CanaryResult[]; better: CanaryResult[] } {
  const known = new Map(before.filter((one) => !unanswered(one)).map((one) => [one.id, right(one)]));
  const both = results.filter((one) => known.has(one.id) && !unanswered(one));
  return {
    worse: both.filter((one) => known.get(one.id) && !right(one)),
    better: both.filter((one) => !known.get(one.id) && right(one)),
  };
}

/** Cases that the rules answer otherwise than under the rubric before, and whether significantly many are for the worse. */
export function rulesTurned(results: readonly CanaryResult[], before: readonly CanaryResult[]) {
  const shipped = (list: readonly CanaryResult[]) =>
    // The rules need no answer of the adapter.
    list.filter(({ own }) => !own).map((one) => ({ ...one, trouble: null }));
  const found = turned(shipped(results), shipped(before), (one) => isRight(one, 'rules'));
  return { ...found, worseThan: signTest(found.worse.length, found.better.length) < LEVEL };
}

/** "most of B04: 9, C02: 7, E01: 2". */
export function worst(cases: readonly CanaryResult[]): string {
  const counts = new Map<string, number>();
  for (const { probe } of cases) counts.set(probe ?? '–', (counts.get(probe ?? '–') ?? 0) + 1);
  const ordered = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 3);
  return `most of ${ordered.map(([probe, count]) => `${probe}: ${count}`).join(', ')}`;
}

/** One sentence on a run that passed. */
export function passedSays(all: readonly CanaryResult[]): string {
  const results = all.filter(({ own }) => !own);
  const read = proportion(results.filter((one) => isRight(one, 'adapter')).length, results.length);
  const passed = results.filter(passedByRules);
  const good = passed.filter(isGood);
  const bad = passed.filter((one) => !isGood(one));
  return `The adapter reads ${read.hits} of ${counted(read.of, 'case')} rightly (${percent(read.rate ?? 0)}); of what the rules pass it stops ${good.filter(stoppedByAdapter).length} of ${good.length} good and ${bad.filter(stoppedByAdapter).length} of ${bad.length} bad.`;
}
