import { proportion } from '../../evaluate/statistics.ts';
import { counted } from '../../message/counted.ts';
import { rulesTurned, worst } from '../canary/fall.ts';
import { isRight } from '../canary/result.ts';
import {
  type CanaryRun,
  acceptedFall,
  firstUnderRubric,
  newestDecided,
  readRun,
  underAnotherRubric,
} from '../canary/store.ts';
import type { Monitor, MonitorContext, MonitorReading } from '../monitor.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long after a change of the rubric worse answers of the rules are warned of. */
const WARN_DAYS = 7;

/**
 * What the probe cases said last, of the adapter and of the rules. It trips nothing: a fall trips in the transaction that keeps
 * the run, and worse rules are not mended by taking the adapter away.
 */
export const canary: Monitor = {
  name: 'canary',
  trips: false,
  read: async (context) => {
    if (!context.config.canary.enabled) return [];
    const head = await newestDecided(context.db, context.version, 'all');
    const run = head && (await readRun(context.db, head.id));
    return [await adapterReading(run, context), await rulesReading(run, context)];
  },
};

async function adapterReading(
  run: CanaryRun | undefined,
  { db, config, version, now }: MonitorContext,
): Promise<MonitorReading> {
  const shipped = run?.results.filter(({ own }) => !own) ?? [];
  const read = proportion(shipped.filter((one) => isRight(one, 'adapter')).length, shipped.length);
  const reading = {
    monitor: 'canary',
    title: 'Probe cases',
    value: read.rate,
    interval: read.rate === null ? null : { low: read.low, high: read.high },
    limit: null,
    unit: 'share' as const,
    counted: shipped.length,
    needed: 1,
  };
  if (!run)
    return {
      ...reading,
      state: 'not_enough',
      says: 'The probe cases were not put to this adapter as a whole yet.',
    };
  const says = run.says ?? '';
  const age = now - (run.ended_at ?? run.started_at);
  if (run.state === 'fell' && (await acceptedFall(db, version))?.id !== run.id)
    return { ...reading, state: 'over', says };
  if (age > 2 * config.canary.every_hours * HOUR)
    return {
      ...reading,
      state: 'warn',
      says: `The last run over all cases ended ${counted(Math.floor(age / HOUR), 'hour')} ago; one is due every ${counted(config.canary.every_hours, 'hour')}. ${says}`,
    };
  return { ...reading, state: 'ok', says };
}

async function rulesReading(
  run: CanaryRun | undefined,
  { db, now }: MonitorContext,
): Promise<MonitorReading> {
  const shipped = run?.results.filter(({ own }) => !own) ?? [];
  const right = proportion(shipped.filter((one) => isRight(one, 'rules')).length, shipped.length);
  const reading = {
    monitor: 'canary_rules',
    title: 'Rules on the probe cases',
    value: right.rate,
    interval: right.rate === null ? null : { low: right.low, high: right.high },
    limit: null,
    unit: 'share' as const,
    counted: shipped.length,
    needed: 1,
  };
  if (!run) return { ...reading, state: 'not_enough', says: 'The rules were not tried on all cases yet.' };
  const says = `The rules are right on ${right.hits} of ${counted(right.of, 'case')}.`;
  const before = await underAnotherRubric(db, run);
  if (!before) return { ...reading, state: 'ok', says };
  const { worse, better, worseThan } = rulesTurned(run.results, before.results);
  const since = await firstUnderRubric(db, run, before.id);
  if (!worseThan || now - since > WARN_DAYS * DAY) return { ...reading, state: 'ok', says };
  return {
    ...reading,
    state: 'warn',
    says: `Under the rubric ${run.rubric_version} the rules are wrong on ${counted(worse.length, 'case')} that they had right under ${before.rubric_version}, and right on ${better.length} the other way round (${worst(worse)}).`,
  };
}
