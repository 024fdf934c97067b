import { oneSidedBounds, proportion } from '../../evaluate/statistics.ts';
import { newestCalls } from '../call-store.ts';
import type { KillSwitchConfig } from '../config.ts';
import type { Monitor, MonitorReading } from '../monitor.ts';
import { percent } from '../percent.ts';
import { CallWindow } from '../windows.ts';

/** Questions without a reading: malformed answers, no answer, a model that could not be loaded. */
export const failures: Monitor = {
  name: 'failures',
  trips: true,
  read: async ({ db, config, version, since }) => {
    const window = new CallWindow(config.failures.calls);
    const calls = await newestCalls(db, { version, since, limit: config.failures.calls });
    for (const { result } of calls) window.add(result !== 'ok');
    return [failuresReading(window, config.failures)];
  },
};

/**
 * Whether the limit is passed: when the exact lower 95 % bound is (Clopper–Pearson, one-sided) and there are at least so many failures. A
 * window that is full is not needed: five failures in a row speak for themselves.
 */
export function tooManyFailures(
  { calls, failures }: Pick<CallWindow, 'calls' | 'failures'>,
  { limit, failures: needed }: KillSwitchConfig['failures'],
): boolean {
  return failures >= needed && oneSidedBounds(failures, calls).low > limit;
}

export function failuresReading(
  { calls, failures: failed }: Pick<CallWindow, 'calls' | 'failures'>,
  config: KillSwitchConfig['failures'],
): MonitorReading {
  const { limit, calls: size } = config;
  const over = tooManyFailures({ calls, failures: failed }, config);
  const { rate, low, high } = proportion(failed, calls);
  return {
    monitor: 'failures',
    title: 'Failed calls',
    state: over ? 'over' : calls === 0 ? 'not_enough' : 'ok',
    value: rate,
    interval: rate === null ? null : { low, high },
    limit,
    unit: 'share',
    counted: calls,
    needed: 1,
    says:
      rate === null
        ? 'The adapter was not asked yet.'
        : `${failed} of the last ${calls} questions (of ${size} watched) got no reading: ${percent(rate)}, limit ${percent(limit)}.`,
  };
}
