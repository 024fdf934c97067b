import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { RULES, RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';
import type { KillSwitchConfig } from '../../src/kill-switch/config.ts';
import { type ProbeItem, probeReadings } from '../../src/kill-switch/monitors/probes.ts';
import { type Stratum, allocate } from '../../src/kill-switch/spot-check/allocate.ts';
import type { Decision } from '../../src/message/types.ts';
import { DAY, MONDAY } from './simulate.ts';

const WEEK = 7 * DAY;

/** A judge as spot checks see it, in shares from 0 to 1. */
export interface SpotJudge {
  /** Of the bad mail that the rules pass: the adapter decides it rightly, by the rule it breaks. */
  right: Record<RuleName, number>;
  /** The rest of it: a wrong decision; otherwise it passes. */
  mistaken: Record<RuleName, number>;
  /** Of the good mail: the adapter stops it. */
  falsePositives: number;
}

/** Bad mail that the rules pass, as a share of all mail, by the rule it breaks. */
export type Missed = Record<RuleName, number>;

/** The card's figures on bad drafts (52 of 61). */
export const PUBLISHED: Record<RuleName, number> = {
  disqualifier: 6 / 6,
  funding_tier: 5 / 6,
  low_confidence_funding: 5 / 5,
  prior_commitment: 4 / 6,
  regulated_caveat: 3 / 6,
  soft_rejection: 6 / 6,
  thread_leak: 6 / 6,
  generic_peers: 4 / 6,
  opt_out: 5 / 6,
  c_level: 8 / 8,
};

/** Those of the bundled judge with the rules on long-2 (models/README.md). */
export const BUNDLED: Record<RuleName, number> = {
  disqualifier: 44 / 44,
  opt_out: 39 / 39,
  c_level: 39 / 39,
  low_confidence_funding: 22 / 30,
  prior_commitment: 20 / 28,
  regulated_caveat: 26 / 37,
  thread_leak: 23 / 34,
  soft_rejection: 24 / 36,
  funding_tier: 18 / 36,
  generic_peers: 10 / 41,
};

const byRule = (value: (rule: RuleName) => number): Record<RuleName, number> =>
  Object.fromEntries(RULES.map((rule) => [rule, value(rule)])) as Record<RuleName, number>;

export function spotJudge(right: Record<RuleName, number>, falsePositives = 0.05): SpotJudge {
  return { right, mistaken: byRule(() => 0), falsePositives };
}

/**
 * The rules miss a third of a percent of all mail by each rule that reads the text. What is a field of the record they hardly
 * ever miss: a hundredth of that.
 */
export const MISSED: Missed = byRule((rule) =>
  rule === 'disqualifier' || rule === 'opt_out' || rule === 'c_level' ? 0.000_03 : 0.003,
);

/** Mail of a week, and what the rules alone stop of it by each rule. */
const MAILS = 10_000;
const RULES_STOP = 0.008;

/** How good mail is stopped; the rest is doubt. */
const WRONG: Partial<Record<Decision, number>> = { BLOCK: 0.4, PENALISE: 0.1, SUPPRESS: 0.1, ESCALATE: 0.1 };

/** Kinds of mail within a stratum: what a careful person says, and how much of it there is. */
interface Kind extends Stratum {
  truth: RuleName | null;
  share: number;
}

function kindsOf({ right, mistaken, falsePositives }: SpotJudge, missed: Missed): Kind[] {
  const good = 1 - RULES.reduce((sum, rule) => sum + missed[rule] + RULES_STOP, 0);
  const kinds: Kind[] = [{ decision: 'PASS', rule: null, truth: null, share: good * (1 - falsePositives) }];
  let doubt = 1;
  for (const [decision, share] of Object.entries(WRONG) as [Decision, number][]) {
    kinds.push({ decision, rule: 'adapter', truth: null, share: good * falsePositives * share });
    doubt -= share;
  }
  kinds.push({ decision: 'HOLD', rule: 'low_confidence', truth: null, share: good * falsePositives * doubt });
  for (const rule of RULES) {
    const stopped = RULE_DECISION[rule];
    const wrongly = stopped === 'BLOCK' ? 'PENALISE' : 'BLOCK';
    kinds.push(
      { decision: stopped, rule, truth: rule, share: RULES_STOP },
      { decision: stopped, rule: 'adapter', truth: rule, share: missed[rule] * right[rule] },
      { decision: wrongly, rule: 'adapter', truth: rule, share: missed[rule] * mistaken[rule] },
      {
        decision: 'PASS',
        rule: null,
        truth: rule,
        share: missed[rule] * (1 - right[rule] - mistaken[rule]),
      },
    );
  }
  return kinds;
}

/** Share of the definite answers that is wrong, and of the items that nobody is sure of or answers. */
const PEOPLE = { wrong: 0.03, unanswered: 0.1 };

/** One week's check: so many places shared out by the gate's own rule, each filled from its stratum by chance. */
function check(kinds: readonly Kind[], places: number, at: number, random: Random): ProbeItem[] {
  const strata = new Map<string, { stratum: Stratum; kinds: Kind[]; size: number }>();
  for (const kind of kinds) {
    const size = about(kind.share * MAILS, random);
    if (size === 0) continue;
    const name = `${kind.decision} ${kind.rule}`;
    const known = strata.get(name);
    if (known) {
      known.size += size;
      known.kinds.push({ ...kind, share: size });
    } else strata.set(name, { stratum: kind, kinds: [{ ...kind, share: size }], size });
  }
  const all = [...strata.values()];
  const given = allocate(
    all.map(({ stratum: { decision }, size }) => ({ decision, size })),
    places,
    random,
  );
  return all.flatMap(({ stratum: { decision, rule }, kinds: members, size }, i) =>
    Array.from({ length: given[i] }, (): ProbeItem => {
      const truth = chosen(members, size, random);
      const answered = random() >= PEOPLE.unanswered;
      const said = random() < PEOPLE.wrong ? RULES[Math.floor(random() * RULES.length)] : truth;
      return {
        decision,
        rule,
        adapter_version: rule === null || rule === 'adapter' || decision === 'HOLD' ? 'a' : null,
        judged_at: at,
        answers: answered
          ? [{ decision: said === null ? 'PASS' : RULE_DECISION[said], rule: said, at: at + DAY }]
          : [],
      };
    }),
  );
}

function chosen(kinds: readonly Kind[], size: number, random: Random): RuleName | null {
  let left = random() * size;
  for (const { truth, share } of kinds) {
    if (left < share) return truth;
    left -= share;
  }
  return kinds.at(-1)!.truth;
}

/** A whole number with this mean: the part after the point by chance, and a spread of its square root. */
function about(mean: number, random: Random): number {
  const spread = (random() + random() + random() - 1.5) * 2 * Math.sqrt(mean);
  return Math.max(0, Math.floor(mean + spread + random()));
}

export interface SpotWeeks {
  seed: number;
  weeks: number;
  places?: number;
  missed?: Missed;
  /** The judge in the week of this number, from 0. */
  judge: (week: number) => SpotJudge;
  config: KillSwitchConfig['probes'];
}

/**
 * Weekly checks, the probe monitor looked at after each.
 *
 * @returns per week the probes that are over (those that only warn are left out), and the labels each probe has
 */
export function spotWeeks({ seed, weeks, places = 20, missed = MISSED, judge, config }: SpotWeeks) {
  const random = randomFrom(seed);
  const items: ProbeItem[] = [];
  return Array.from({ length: weeks }, (_, week) => {
    const at = MONDAY + week * WEEK;
    items.push(...check(kindsOf(judge(week), missed), places, at, random));
    const readings = probeReadings(items, { config, version: 'a', since: 0, now: at + 2 * DAY });
    return {
      over: readings.filter(({ state }) => state === 'over').map(({ monitor }) => monitor),
      labels: new Map(readings.map(({ monitor, counted }) => [monitor, counted])),
    };
  });
}
