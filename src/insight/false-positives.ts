import { proportion } from '../evaluate/statistics.ts';
import type { KillSwitchConfig } from '../kill-switch/config.ts';
import { newestPerProspect } from '../kill-switch/false-positive-store.ts';
import { currentAdapter, watchedSince } from '../kill-switch/monitor-store.ts';
import { falsePositivesReading } from '../kill-switch/monitors/false-positives.ts';
import { ProspectWindow } from '../kill-switch/windows.ts';
import type { Database } from '../store/database.ts';
import type { InsightView } from './web-types.ts';

/** The kill switch's false-positive window as the insight page shows it, of one engine's mail if that is asked for. */
export async function falsePositivesOf(
  db: Database['db'],
  config: KillSwitchConfig['false_positives'],
  { engine, now }: { engine: string | null; now: number },
): Promise<InsightView['false_positives']> {
  const window = new ProspectWindow(config.prospects);
  const adapter = await currentAdapter(db);
  if (adapter) {
    const since = await watchedSince(db, adapter.version, now);
    const newest = await newestPerProspect({ db, version: adapter.version, since, engine }, config.prospects);
    for (const { answer, ...delivery } of newest) window.add(delivery, answer);
  }
  const { wronglyStopped, rightlyStopped, rightlyRelayed, unlabelled, prospects } = window.counts();
  return {
    limit: config.limit,
    window: config.prospects,
    prospects,
    wrongly_stopped: wronglyStopped,
    rightly_relayed: rightlyRelayed,
    rightly_stopped: rightlyStopped,
    unlabelled,
    rate: proportion(wronglyStopped, wronglyStopped + rightlyRelayed),
    enough: falsePositivesReading(window.counts(), config).state !== 'not_enough',
  };
}
