import { DECISIONS } from '../../message/types.ts';
import type { KillSwitchConfig } from '../config.ts';
import { type DecisionCounts, decisionCounts } from '../drift-store.ts';
import type { Monitor, MonitorReading } from '../monitor.ts';
import { percent } from '../percent.ts';

const DAY = 86_400_000;

/** How far apart, in standard errors, beside the configured points: small days vary. */
const STANDARD_ERRORS = 4;

const KINDS = [...DECISIONS, 'HOLD'] as const;

/**
 * Whether the last day's decisions are like those of the weeks before. Mail, CRM, rules or adapter may have changed, so this
 * only warns.
 */
export const drift: Monitor = {
  name: 'drift',
  trips: false,
  read: async ({ db, config, now }) => {
    const { base_days: days } = config.drift;
    const recent = await decisionCounts(db, now - DAY, now);
    const base = await decisionCounts(db, now - (days + 1) * DAY, now - DAY);
    return driftReadings(recent, base, config.drift);
  },
};

/** One reading for each decision, and one for doubt (`HOLD`). */
export function driftReadings(
  recent: DecisionCounts,
  base: DecisionCounts,
  { points, judged: needed, base_days: days }: KillSwitchConfig['drift'],
): MonitorReading[] {
  const sum = (counts: DecisionCounts): number => KINDS.reduce((total, kind) => total + counts[kind], 0);
  const [of, before] = [sum(recent), sum(base)];
  const enough = of >= needed && before >= needed;
  return KINDS.map((kind): MonitorReading => {
    const share = of === 0 ? 0 : recent[kind] / of;
    const usual = before === 0 ? 0 : base[kind] / before;
    const pooled = (recent[kind] + base[kind]) / Math.max(1, of + before);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / Math.max(1, of) + 1 / Math.max(1, before)));
    const apart = Math.abs(share - usual);
    const far = apart > points && apart > STANDARD_ERRORS * error;
    return {
      monitor: `drift_${kind}`,
      title: `Share of ${kind === 'HOLD' ? 'doubt' : kind}`,
      state: !enough ? 'not_enough' : far ? 'warn' : 'ok',
      value: enough ? share - usual : null,
      interval: null,
      limit: points,
      unit: 'points',
      counted: Math.min(of, before),
      needed,
      says: enough
        ? `${percent(share)} of the last day's ${of} deliveries, ${percent(usual)} of the ${days} days before.`
        : `Not enough judged yet: ${of} in the last day and ${before} before, ${needed} of each are needed.`,
    };
  });
}
