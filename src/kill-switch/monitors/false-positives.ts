import { proportion } from '../../evaluate/statistics.ts';
import type { KillSwitchConfig } from '../config.ts';
import { newestPerProspect } from '../false-positive-store.ts';
import type { Monitor, MonitorReading } from '../monitor.ts';
import { percent } from '../percent.ts';
import { type ProspectCounts, ProspectWindow } from '../windows.ts';

/** Good mail that the adapter stopped. */
export const falsePositives: Monitor = {
  name: 'false_positives',
  trips: true,
  read: async (context) => {
    const { config } = context;
    const window = new ProspectWindow(config.false_positives.prospects);
    const newest = await newestPerProspect(context, config.false_positives.prospects);
    for (const { answer, ...delivery } of newest) window.add(delivery, answer);
    return [falsePositivesReading(window.counts(), config.false_positives)];
  },
};

/**
 * Of the deliveries that should have gone, the share that the adapter stopped: wrongly stopped ÷ (wrongly stopped + rightly
 * relayed). The card's own rule is about this share in the window, so the share itself is compared, not a bound of it.
 */
export function falsePositivesReading(
  counts: ProspectCounts,
  { limit, labels: needed, prospects: size }: KillSwitchConfig['false_positives'],
): MonitorReading {
  const { wronglyStopped, rightlyStopped, rightlyRelayed, unlabelled, prospects } = counts;
  const labels = wronglyStopped + rightlyStopped;
  const { rate, low, high } = proportion(wronglyStopped, wronglyStopped + rightlyRelayed);
  const enough = labels >= needed && rate !== null;
  const figures = `${wronglyStopped} of ${wronglyStopped + rightlyRelayed} mails that should have gone were stopped by the adapter${rate === null ? '' : `: ${percent(rate)}`}, limit ${percent(limit)}`;
  const rest = `${prospects} of ${size} prospects, ${labels} of its stops labelled, ${unlabelled} not`;
  return {
    monitor: 'false_positives',
    title: 'False positives',
    state: !enough ? 'not_enough' : rate > limit ? 'over' : 'ok',
    value: rate,
    interval: rate === null ? null : { low, high },
    limit,
    unit: 'share',
    counted: labels,
    needed,
    says: `${figures} (${rest}).${enough ? '' : ` Not enough labels: ${needed} are needed.`}`,
  };
}
