import { statfs } from 'node:fs/promises';
import { readLastBackup } from '../backup/last-backup-store.ts';
import { pendingEvents } from '../events/event-log-store.ts';
import type { AdapterJudge } from '../judge/adapter-judge.ts';
import { HOST_STATES } from '../judge/adapter/host-status.ts';
import { isRight } from '../kill-switch/canary/result.ts';
import { newestDecided, readRun } from '../kill-switch/canary/store.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import { unansweredItems } from '../kill-switch/spot-check/answer-store.ts';
import { readRestoreState } from '../queue/restore-store.ts';
import type { Database } from '../store/database.ts';
import type { Metrics } from './metrics.ts';
import { countByState, heldNow, oldestDue, unjudgedNow } from './scrape-store.ts';

const SWITCH_MODES = ['active', 'shadow', 'off'] as const;
export const ADAPTER_STATES = ['off', 'loading', 'ready', 'failed'] as const;

export interface ScrapeOptions {
  database: Database;
  metrics: Metrics;
  /** null: the rules judge alone. */
  adapter: AdapterJudge | null;
  killSwitch: KillSwitch;
  /** Folder of the database. */
  dataDir: string;
  /** Of presend. */
  version: string;
  rubricVersion: () => string;
  now: () => number;
}

/** What the adapter's state is called where it is told. */
export function adapterState(adapter: AdapterJudge | null): (typeof ADAPTER_STATES)[number] {
  return adapter === null || adapter.mode() === 'off' ? 'off' : adapter.model.adapter.health().state;
}

/** Sets the gauges that are read when somebody asks. @throws whatever the database throws */
export async function collectGauges(options: ScrapeOptions): Promise<void> {
  const { database, metrics, adapter, killSwitch, now } = options;
  const at = now();
  const states = await countByState(database.db, at - 86_400_000);
  const held = await heldNow(database.db, at);
  const due = await oldestDue(database.db, at);
  const unjudged = await unjudgedNow(database.db);
  const events = await pendingEvents(database.db);
  const unlabelled = await unansweredItems(database.db, at);
  const whole = adapter && (await newestDecided(database.db, adapter.model.adapter.version, 'all'));
  const canary = whole && (await readRun(database.db, whole.id));
  await killSwitch.refresh();
  const backup = await readLastBackup(database.db);
  const restore = await readRestoreState(database.db);
  const disk = await statfs(options.dataDir);
  const { total: databaseBytes, log: walBytes } = await database.size();

  // From here on without a pause, so that two scrapes at once do not mix.
  const since = (time: number | null): number => (time === null ? 0 : Math.max(0, at - time) / 1000);
  metrics.deliveries.reset();
  for (const { state, count } of states) metrics.deliveries.set({ state }, count);
  metrics.held.reset();
  metrics.deliveries.set(
    { state: 'held' },
    [...held.byReason.values()].reduce((sum, count) => sum + count, 0),
  );
  for (const [reason, count] of held.byReason) metrics.held.set({ reason }, count);
  for (const [age, count] of held.byAge) metrics.heldByAge.set({ age }, count);
  metrics.heldOldest.set(since(held.oldest));
  metrics.dueOldest.set(since(due));
  metrics.unjudged.set(unjudged.judge);
  metrics.unjudgedOldest.set(since(unjudged.oldest));
  metrics.adapterLine.set(unjudged.adapter);
  metrics.spotCheckUnlabelled.set(unlabelled);
  if (canary) {
    const right = canary.results.filter((one) => isRight(one, 'full')).length;
    metrics.canaryRight.set(right / canary.results.length);
    metrics.canaryLastRun.set((canary.ended_at ?? canary.started_at) / 1000);
  }
  metrics.eventsPending.set(events.count);
  metrics.eventsOldest.set(since(events.oldest));
  for (const state of ADAPTER_STATES) {
    metrics.adapterState.set({ state }, state === adapterState(adapter) ? 1 : 0);
  }
  for (const { name: host, outstanding, state } of adapter?.model.adapter.hosts?.() ?? []) {
    metrics.adapterHostOutstanding.set({ host }, outstanding);
    for (const one of HOST_STATES) metrics.adapterHostState.set({ host, state: one }, one === state ? 1 : 0);
  }
  for (const mode of SWITCH_MODES) metrics.killSwitch.set({ mode }, mode === killSwitch.mode() ? 1 : 0);
  metrics.build.reset();
  metrics.build.set(
    {
      version: options.version,
      rubric: options.rubricVersion(),
      adapter: adapter?.model.adapter.version ?? 'none',
    },
    1,
  );
  metrics.databaseBytes.set(databaseBytes);
  metrics.walBytes.set(walBytes);
  metrics.backupAt.set((backup?.at ?? 0) / 1000);
  metrics.restoreOpen.set(restore !== null && restore.done_at === null ? 1 : 0);
  metrics.diskFree.set(disk.bavail * disk.bsize);
  metrics.diskSize.set(disk.blocks * disk.bsize);
}
