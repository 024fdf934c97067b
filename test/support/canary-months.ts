import { type Random, randomFrom, shuffled } from '../../src/evaluate/random.ts';
import { RULES, RULE_DECISION } from '../../src/judge/verdict.ts';
import { fallsOf } from '../../src/kill-switch/canary/fall.ts';
import type { CanaryResult } from '../../src/kill-switch/canary/result.ts';
import type { KillSwitchConfig } from '../../src/kill-switch/config.ts';
import { PROBE_OF } from '../../src/kill-switch/probes.ts';

/** 460 probe cases, a good and a bad side each, 46 a probe. */
const PAIRS_OF_A_PROBE = 23;

/** Share of bad cases that the rules stop, and of good ones that they stop wrongly. */
const BY_RULES = { bad: 0.65, good: 0.03 };

/** What a judge makes of the cases, in shares; `unsteady`: of the readings that come out otherwise from run to run. */
export interface CanaryJudge {
  falsePositives: number;
  recall: number;
  failed: number;
  unsteady: number;
}

export const STEADY: CanaryJudge = { falsePositives: 0.05, recall: 0.4, failed: 0.002, unsteady: 0.005 };

/** What does not change from run to run: each case with its luck. */
interface SimulatedCase extends Pick<CanaryResult, 'id' | 'probe' | 'pair' | 'gold' | 'rules'> {
  luck: number;
}

function casesOf(random: Random): SimulatedCase[] {
  return RULES.flatMap((rule) =>
    Array.from({ length: PAIRS_OF_A_PROBE }, (_, i) =>
      (['good', 'bad'] as const).map((side) => {
        const gold = side === 'good' ? ('PASS' as const) : RULE_DECISION[rule];
        const caught = random() < BY_RULES[side];
        return {
          id: `${rule}-${i}-${side}`,
          probe: PROBE_OF[rule],
          pair: `${rule}-${i}`,
          gold,
          rules: caught ? RULE_DECISION[rule] : ('PASS' as const),
          luck: random(),
        };
      }),
    ).flat(),
  );
}

function runOver(cases: readonly SimulatedCase[], judge: CanaryJudge, random: Random): CanaryResult[] {
  return cases.map(({ luck, ...one }) => {
    const failed = random() < judge.failed;
    const turned = random() < judge.unsteady;
    const stops = luck < (one.gold === 'PASS' ? judge.falsePositives : judge.recall) !== turned;
    const adapter = failed ? 'HOLD' : stops ? (one.gold === 'PASS' ? 'BLOCK' : one.gold) : 'PASS';
    const full = one.rules === 'PASS' ? adapter : one.rules;
    const trouble = failed ? ('malformed' as const) : null;
    return { ...one, hard: false, own: false, adapter, full, trouble, ms: 180 };
  });
}

type Limits = Pick<KillSwitchConfig, 'failures' | 'false_positives'>;

/**
 * The canary of one month: all cases at the beginning and daily, twenty at a start every third day, each run against the newest
 * that passed all.
 *
 * @returns whether any run fell, and whether the one after that did in which the judge had become `then`
 */
export function canaryMonth(
  seed: number,
  limits: Limits,
  judge: CanaryJudge = STEADY,
  then: CanaryJudge | null = null,
): { alarm: boolean; noticed: boolean } {
  const random = randomFrom(seed);
  const cases = casesOf(random);
  const falls = (
    results: readonly CanaryResult[],
    extent: 'some' | 'all',
    before: readonly CanaryResult[] | null,
  ) => fallsOf(results, { limits, extent, before, previous: null, accepted: new Set() }).length > 0;
  let before: CanaryResult[] | null = null;
  let alarm = false;
  for (let day = 0; day < 28 && !alarm; day += 1) {
    const results = runOver(cases, judge, random);
    alarm = falls(results, 'all', before);
    if (!alarm) before = results;
    const some = runOver(shuffled(cases, random).slice(0, 20), judge, random);
    if (day % 3 === 0 && before) alarm ||= falls(some, 'some', before);
  }
  return { alarm, noticed: then !== null && falls(runOver(cases, then, random), 'all', before) };
}
