import { percentile } from '../../evaluate/statistics.ts';
import { newestCalls } from '../call-store.ts';
import type { KillSwitchConfig } from '../config.ts';
import type { Monitor, MonitorReading } from '../monitor.ts';

/** Fewer calls than this tell no 95th percentile. */
const MIN_CALLS = 20;

/** How long the adapter takes; a warning only, since a slow judge is still a judge. */
export const latency: Monitor = {
  name: 'latency',
  trips: false,
  read: async ({ db, config, version, since }) => {
    const calls = await newestCalls(db, { version, since, limit: config.latency.calls });
    const times = calls.flatMap(({ result, latency_ms: ms }) => (result === 'ok' && ms !== null ? [ms] : []));
    return [latencyReading(times, config.latency)];
  },
};

export function latencyReading(
  times: readonly number[],
  { p95_ms: limit }: KillSwitchConfig['latency'],
): MonitorReading {
  const enough = times.length >= MIN_CALLS;
  const p95 = times.length === 0 ? null : percentile(times, 95);
  return {
    monitor: 'latency',
    title: 'Adapter latency',
    state: !enough ? 'not_enough' : p95! > limit ? 'warn' : 'ok',
    value: p95,
    interval: null,
    limit,
    unit: 'ms',
    counted: times.length,
    needed: MIN_CALLS,
    says:
      p95 === null
        ? 'The adapter was not asked yet.'
        : `95 % of the last ${times.length} readings took ${Math.round(p95)} ms or less, limit ${limit} ms.`,
  };
}
