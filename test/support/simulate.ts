import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { RULES, RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';
import type { Answer } from '../../src/kill-switch/windows.ts';
import type { Decision } from '../../src/message/types.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A Monday, 00:00 UTC: where simulated time begins. */
export const MONDAY = Date.UTC(2026, 0, 5);

/** What a simulated judge does at a moment, in shares from 0 to 1. */
export interface SimulatedJudge {
  /** Of the good mail that the rules pass: the adapter stops it. */
  falsePositives: number;
  /** Of the bad mail that the rules pass: the adapter stops it, by the right decision or in doubt. */
  recall: number;
  /** Of its calls: no reading came of it. */
  malformed: number;
  /** Of the bad mail by one rule that the rules pass, so much gets another decision than its own. */
  mistaken?: { rule: RuleName; share: number };
}

export const HEALTHY: SimulatedJudge = { falsePositives: 0.05, recall: 0.4, malformed: 0.002 };

/** The people who label what is held. */
export interface SimulatedPeople {
  /** Share of the adapter's stops that somebody labels at all. */
  labelled: number;
  /** Share of their labels that is wrong. */
  wrong: number;
  /** Half of the labels are given within so long, where it is working time. */
  medianDelayMs: number;
}

export const PEOPLE: SimulatedPeople = { labelled: 0.6, wrong: 0.05, medianDelayMs: 90 * MINUTE };

/** Most of the delays are within a factor of e^1.5 of the median: minutes to days. */
const DELAY_SPREAD = 1.5;

/** What was wrongly stopped is missed by somebody: it is labelled twice as soon, and more of it. */
const EAGER = { delay: 0.5, share: 1.25 };

/** The composition of the mail that engines send. */
const MAIL = {
  /** Share of it that a careful person would stop. */
  bad: 0.12,
  /** Of the bad mail: the rules stop it. */
  rulesRecall: 0.7,
  /** Share of mails that go to somebody who was never written to. */
  newProspect: 0.4,
  /** Follow-ups go to one of so many prospects written to last. */
  active: 3_000,
};

/** Mail of an hour against that of the busiest; UTC. Weekends have a twentieth. */
const HOURS = [
  0, 0, 0, 0, 0, 0, 0.1, 0.4, 0.8, 1, 1, 0.9, 0.7, 0.8, 0.9, 0.9, 0.7, 0.4, 0.2, 0.1, 0, 0, 0, 0,
];
const WEEKEND = 0.05;

/** One mail, and everything that ever happens about it. */
export interface SimulatedMail {
  at: number;
  prospect: number;
  /** The rule by which a careful person would stop it; null = it should go. */
  truth: RuleName | null;
  /** The rule that stops it; null = the rules pass it, and the adapter is asked. */
  rule: RuleName | null;
  /** What asking the adapter came to; null = the rules had stopped it. */
  call: 'ok' | 'malformed' | null;
  /** `doubt` = low confidence. */
  reading: Decision | 'doubt' | null;
  /** What a person says of the verdict, if anybody does. */
  label: { at: number; answer: Exclude<Answer, null> } | null;
}

/** Whether the adapter alone stopped it. */
export function isStopped({ reading }: Pick<SimulatedMail, 'reading'>): boolean {
  return reading !== null && reading !== 'PASS';
}

export interface Simulation {
  seed: number;
  days: number;
  mails: number;
  judge: (at: number) => SimulatedJudge;
  people: SimulatedPeople;
  /** What bad mail breaks, each rule as often as it stands here; default: each as often as any other. */
  broken?: readonly RuleName[];
}

/** Seeded mail from Monday on, in the order of its arrival. */
export function* simulateMail({
  seed,
  days,
  mails,
  judge,
  people,
  broken = RULES,
}: Simulation): Generator<SimulatedMail> {
  const random = randomFrom(seed);
  let prospects = 0;
  for (const at of arrivals(random, days, mails)) {
    const old = prospects > 0 && random() >= MAIL.newProspect;
    const prospect = old ? Math.max(0, prospects - 1 - Math.floor(random() * MAIL.active)) : prospects++;
    const truth = random() < MAIL.bad ? broken[Math.floor(random() * broken.length)] : null;
    const rule = truth !== null && random() < MAIL.rulesRecall ? truth : null;
    const { falsePositives, recall, malformed, mistaken } = judge(at);
    const [fails, stops, how] = [random(), random(), random()];
    if (rule !== null) {
      yield { at, prospect, truth, rule, call: null, reading: null, label: null };
      continue;
    }
    const call = fails < malformed ? 'malformed' : 'ok';
    const reading =
      call === 'malformed'
        ? null
        : truth === null
          ? stops < falsePositives
            ? wrongStop(how)
            : 'PASS'
          : mistaken?.rule === truth && how < mistaken.share
            ? anotherThan(truth)
            : stops >= recall
              ? 'PASS'
              : how < SURE
                ? RULE_DECISION[truth]
                : 'doubt';
    const mail: SimulatedMail = { at, prospect, truth, rule, call, reading, label: null };
    mail.label = labelOf(mail, people, random);
    yield mail;
  }
}

/** Of the bad mail that the adapter stops, the share that it is sure of. */
const SURE = 0.8;

/** How good mail is stopped, each as often as it stands here. */
const WRONG = [
  'BLOCK',
  'BLOCK',
  'BLOCK',
  'BLOCK',
  'PENALISE',
  'SUPPRESS',
  'ESCALATE',
  'doubt',
  'doubt',
  'doubt',
] as const;

const anotherThan = (rule: RuleName): Decision => (RULE_DECISION[rule] === 'BLOCK' ? 'PENALISE' : 'BLOCK');

function wrongStop(how: number): Decision | 'doubt' {
  return WRONG[Math.floor(how * WRONG.length)];
}

function labelOf(
  mail: SimulatedMail,
  { labelled, wrong, medianDelayMs }: SimulatedPeople,
  random: Random,
): SimulatedMail['label'] {
  const [who, errs, first, second] = [random(), random(), random(), random()];
  if (!isStopped(mail)) return null;
  const good = mail.truth === null;
  if (who >= Math.min(1, labelled * (good ? EAGER.share : 1))) return null;
  const spread = Math.exp(DELAY_SPREAD * normal(first, second));
  const delay = medianDelayMs * (good ? EAGER.delay : 1) * spread;
  const answer = errs < wrong ? (good ? 'right' : 'wrong') : good ? 'wrong' : 'right';
  return { at: atWork(mail.at + delay), answer };
}

/** The same moment between 8:00 and 18:00 of a working day, else soon after the next one begins. */
function atWork(at: number): number {
  let day = at - (at % DAY);
  const hour = (at - day) / HOUR;
  const weekend = (when: number): boolean => [0, 6].includes(new Date(when).getUTCDay());
  if (hour >= 8 && hour < 18 && !weekend(day)) return Math.round(at);
  if (hour >= 18) day += DAY;
  while (weekend(day)) day += DAY;
  // Spread over the first two hours, in the order the labels were due.
  return Math.round(day + 8 * HOUR + (at % (2 * HOUR)));
}

/** Box–Muller. */
function normal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}

/** Times of arrival, ascending: `count` draws from the shape of a week. */
function* arrivals(random: Random, days: number, count: number): Generator<number> {
  const weights = Array.from({ length: days * 24 }, (_, i) => {
    const day = new Date(MONDAY + i * HOUR).getUTCDay();
    return HOURS[i % 24] * (day === 0 || day === 6 ? WEEKEND : 1);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Spacings of an exponential clock, scaled, are sorted uniform draws.
  const spacings = Array.from({ length: count + 1 }, () => -Math.log(1 - random()));
  const whole = spacings.reduce((sum, spacing) => sum + spacing, 0);
  let passed = 0;
  let hour = 0;
  let before = 0;
  for (const spacing of spacings.slice(0, count)) {
    passed += (spacing / whole) * total;
    while (passed > before + weights[hour] && hour < weights.length - 1) before += weights[hour++];
    const share = Math.min(1, (passed - before) / weights[hour]);
    yield MONDAY + Math.floor((hour + share * 0.999_999) * HOUR);
  }
}
