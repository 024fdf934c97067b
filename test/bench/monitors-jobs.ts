import { configSchema } from '../../src/config/config.ts';
import {
  MONTH,
  type Delay,
  failureAlarm,
  failureCheck,
  failureDelay,
  falsePositiveAlarm,
  falsePositiveDelay,
} from '../support/monitor-months.ts';
import { STEADY, canaryMonth } from '../support/canary-months.ts';
import { HEALTHY, HOUR, PEOPLE, simulateMail } from '../support/simulate.ts';
import { BUNDLED, MISSED, PUBLISHED, spotJudge, spotWeeks } from '../support/spot-months.ts';

const config = configSchema.parse({}).kill_switch;
const tooMany = failureCheck(config.failures);

/** What is simulated for every seed. `false`/`true`: no alarm, or one. */
export type Job =
  | { what: 'false_positives'; rate: number; seed: number }
  | { what: 'failures'; rate: number; outages: boolean; seed: number }
  | {
      what: 'probes';
      judge: 'published' | 'bundled';
      places: number;
      month: 'first' | 'fourth';
      seed: number;
    }
  | { what: 'false_positives_delay'; to: number; people: keyof typeof LABELLING; seed: number }
  | { what: 'failures_delay'; to: number; seed: number }
  | { what: 'canary'; unsteady: number; seed: number }
  | { what: 'canary_next_run'; became: keyof typeof BECAME; seed: number }
  | { what: 'probes_delay'; share: number; places: number; seed: number };

/** Found: an alarm. `delay`: in hours and mails, weeks for probes; null = not noticed. */
export type Result =
  | { alarm: boolean }
  | { delay: (Partial<Delay> & { calls?: number; weeks?: number }) | null };

export const LABELLING = {
  /** 60 % of the stops labelled, half of them within 90 minutes. */
  usual: PEOPLE,
  /** 50 % of the stops labelled, half of them within a day. */
  late: { ...PEOPLE, labelled: 0.5, medianDelayMs: 24 * HOUR },
};

/** What a steady judge becomes from one daily run of the canary to the next. */
const BECAME = {
  'stops 20 % of good mail': { ...STEADY, falsePositives: 0.2 },
  'stops 30 % of good mail': { ...STEADY, falsePositives: 0.3 },
  'passes everything': { ...STEADY, falsePositives: 0, recall: 0 },
  'stops half as much bad mail': { ...STEADY, recall: STEADY.recall / 2 },
  'fails on 3 % of the cases': { ...STEADY, failed: 0.03 },
};

/** A year of weekly checks: who has not noticed by then never will. */
const YEAR = 52;

const mailOf = new Map<number, Parameters<typeof failureAlarm>[0]>();

/** The times of calls, the same for every kind of failure of a seed. */
function callsOf(seed: number): Parameters<typeof failureAlarm>[0] {
  let mails = mailOf.get(seed);
  if (!mails) {
    mails = [...simulateMail({ seed, ...MONTH, people: PEOPLE, judge: () => HEALTHY })];
    mailOf.clear();
    mailOf.set(seed, mails);
  }
  return mails;
}

export function perform(job: Job): Result {
  switch (job.what) {
    case 'false_positives':
      return { alarm: falsePositiveAlarm(job.seed, job.rate, config.false_positives) };
    case 'failures': {
      const { seed, rate, outages } = job;
      const options = { seed: seed * 7_919, config: config.failures, over: tooMany };
      return { alarm: failureAlarm(callsOf(seed), { rate, outages }, options) };
    }
    case 'probes': {
      const judge = spotJudge(job.judge === 'published' ? PUBLISHED : BUNDLED);
      const { seed, places } = job;
      const weeks = spotWeeks({ seed, places, weeks: 16, judge: () => judge, config: config.probes });
      const month = job.month === 'first' ? weeks.slice(0, 4) : weeks.slice(12);
      return { alarm: month.some(({ over }) => over.length > 0) };
    }
    case 'false_positives_delay':
      return {
        delay: falsePositiveDelay(job.seed, job.to, LABELLING[job.people], config.false_positives),
      };
    case 'failures_delay':
      return { delay: failureDelay(job.seed, job.to, tooMany, config.failures) };
    case 'canary':
      return { alarm: canaryMonth(job.seed, config, { ...STEADY, unsteady: job.unsteady }).alarm };
    case 'canary_next_run':
      return { alarm: canaryMonth(job.seed, config, STEADY, BECAME[job.became]).noticed };
    case 'probes_delay': {
      const good = spotJudge(BUNDLED);
      const bad = {
        ...good,
        right: { ...good.right, regulated_caveat: 0.2 },
        mistaken: { ...good.mistaken, regulated_caveat: 0.8 },
      };
      const weeks = spotWeeks({
        seed: job.seed,
        places: job.places,
        weeks: YEAR,
        missed: { ...MISSED, regulated_caveat: job.share },
        judge: (week) => (week === 0 ? good : bad),
        config: config.probes,
      });
      const at = weeks.findIndex(({ over }) => over.includes('probe_C04'));
      return { delay: at < 0 ? null : { weeks: at } };
    }
  }
}

/** Without its seed: what makes one row of the tables. */
export function rowOf(job: Job): string {
  return JSON.stringify(job, (key, value: unknown) => (key === 'seed' ? undefined : value));
}

/** Everything that is simulated, `seeds` months each; tables beside the healthy judge take a fifth of them. */
export function jobs(seeds: number): Job[] {
  const all: Job[] = [];
  const each = (count: number, make: (seed: number) => Job[]): void => {
    for (let seed = 1; seed <= count; seed += 1) all.push(...make(seed));
  };
  const fewer = Math.max(1, Math.ceil(seeds / 5));
  each(seeds, (seed) => [
    { what: 'false_positives', rate: 0.05, seed },
    ...[0.001, 0.002, 0.005].flatMap((rate) =>
      [false, true].map((outages): Job => ({ what: 'failures', rate, outages, seed })),
    ),
    ...(['published', 'bundled'] as const).flatMap((judge) =>
      (['first', 'fourth'] as const).map(
        (month): Job => ({ what: 'probes', judge, places: 20, month, seed }),
      ),
    ),
  ]);
  each(fewer, (seed) => [
    ...[0, 0.005, 0.02].map((unsteady): Job => ({ what: 'canary', unsteady, seed })),
    ...(Object.keys(BECAME) as (keyof typeof BECAME)[]).map(
      (became): Job => ({ what: 'canary_next_run', became, seed }),
    ),
    ...[0.01, 0.03, 0.08, 0.1, 0.12].map((rate): Job => ({ what: 'false_positives', rate, seed })),
    ...([0.3, 0.2] as const).map((to): Job => ({ what: 'false_positives_delay', to, people: 'usual', seed })),
    { what: 'false_positives_delay', to: 0.3, people: 'late', seed },
    ...[0.02, 0.03, 0.1].map((to): Job => ({ what: 'failures_delay', to, seed })),
  ]);
  each(Math.max(1, Math.ceil(seeds / 10)), (seed) =>
    [0.003, 0.01, 0.04].flatMap((share) =>
      [20, 60].map((places): Job => ({ what: 'probes_delay', share, places, seed })),
    ),
  );
  return all;
}
