import { proportion } from '../../evaluate/statistics.ts';
import type { KillSwitchConfig } from '../config.ts';
import { type AdapterDeliveries, adapterDeliveries } from '../false-positive-store.ts';
import type { Monitor, MonitorReading } from '../monitor.ts';
import { percent } from '../percent.ts';
import { type ProspectCounts, ProspectWindow } from '../windows.ts';

type Limits = KillSwitchConfig['false_positives'];

/** Good mail that the adapter stopped. */
export const falsePositives: Monitor = {
  name: 'false_positives',
  trips: true,
  read: async (context) => {
    const config = context.config.false_positives;
    const { counts, ended } = tellingWindow(await adapterDeliveries(context), config);
    return [falsePositivesReading(counts, config, ended)];
  },
};

/** A place where the window stood; `ended` is the time of its newest delivery, null = it is the newest of all. */
export interface PlacedWindow {
  counts: ProspectCounts;
  ended: number | null;
}

/**
 * The window rolls over all that is looked back over, with the labels of today: mail to 500 prospects may go in two hours, and
 * people label for days, so at its newest place it would seldom hold a label.
 *
 * @returns the place with the highest share where that passes the limit; else the newest with enough labels, else the newest
 */
export function tellingWindow({ deliveries, whole }: AdapterDeliveries, config: Limits): PlacedWindow {
  const window = new ProspectWindow(config.prospects);
  let worst: PlacedWindow | null = null;
  let telling: PlacedWindow | null = null;
  let highest = config.limit;
  deliveries.forEach(({ at, answer, ...delivery }, i) => {
    window.add(delivery, answer);
    const counts = window.counts();
    // Where older mail was left out, a window that is not full yet is no place where it stood.
    if (!whole && counts.prospects < config.prospects) return;
    if (!enoughLabels(counts, config)) return;
    const ended = i === deliveries.length - 1 ? null : at;
    telling = { counts, ended };
    const share = stoppedShare(counts);
    if (share === null || share <= highest) return;
    highest = share;
    worst = telling;
  });
  return worst ?? telling ?? { counts: window.counts(), ended: null };
}

/** Whether enough of the adapter's stops are labelled to say anything. */
function enoughLabels({ wronglyStopped, rightlyStopped }: ProspectCounts, { labels }: Limits): boolean {
  return wronglyStopped + rightlyStopped >= labels;
}

/** Of the deliveries that should have gone, the share that the adapter stopped; null where nothing should have. */
function stoppedShare({ wronglyStopped, rightlyRelayed }: ProspectCounts): number | null {
  const good = wronglyStopped + rightlyRelayed;
  return good === 0 ? null : wronglyStopped / good;
}

/**
 * Of the deliveries that should have gone, the share that the adapter stopped: wrongly stopped ÷ (wrongly stopped + rightly
 * relayed). The card's own rule is about this share in the window, so the share itself is compared, not a bound of it.
 *
 * @param ended when the window is not the newest: the time of its newest delivery
 */
export function falsePositivesReading(
  counts: ProspectCounts,
  config: Limits,
  ended: number | null = null,
): MonitorReading {
  const { limit, labels: needed, prospects: size } = config;
  const { wronglyStopped, rightlyStopped, rightlyRelayed, unlabelled, prospects } = counts;
  const labels = wronglyStopped + rightlyStopped;
  const share = stoppedShare(counts);
  const { low, high } = proportion(wronglyStopped, wronglyStopped + rightlyRelayed);
  const enough = enoughLabels(counts, config) && share !== null;
  const figures = `${wronglyStopped} of ${wronglyStopped + rightlyRelayed} mails that should have gone were stopped by the adapter${share === null ? '' : `: ${percent(share)}`}, limit ${percent(limit)}`;
  const place =
    ended === null ? '' : `, up to ${new Date(ended).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const rest = `${prospects} of ${size} prospects${place}, ${labels} of its stops labelled, ${unlabelled} not`;
  return {
    monitor: 'false_positives',
    title: 'False positives',
    state: !enough ? 'not_enough' : share > limit ? 'over' : 'ok',
    value: share,
    interval: share === null ? null : { low, high },
    limit,
    unit: 'share',
    counted: labels,
    needed,
    says: `${figures} (${rest}).${enough ? '' : ` Not enough labels: ${needed} are needed.`}`,
  };
}
