import type { Config } from '../config/config.ts';
import type { MonitorReading, MonitorState } from '../kill-switch/monitor.ts';
import type { SwitchEntry } from '../kill-switch/switch-store.ts';
import type { Logger } from '../observability/logger.ts';
import { type Metrics, createMetrics } from '../observability/metrics.ts';
import { SettlementTail } from '../observability/settlement-tail.ts';
import { exemplarOf } from '../observability/stage-tools.ts';
import { Stages } from '../observability/stages.ts';
import { openTracing } from '../observability/tracing.ts';
import type { Database } from '../store/database.ts';

/** What the gate tells of itself. */
export interface Observability {
  metrics: Metrics;
  stages: Stages;
  /** What leads from a figure of this message to its trace. */
  exemplarOf: (message: string) => Record<string, string>;
  /** The kill switch has another newest entry. */
  switched: (entry: SwitchEntry) => void;
  /** What the kill switch's monitors say. */
  monitored: (readings: readonly MonitorReading[]) => void;
  /** Tells the rest; to be called when no mail moves any more and the database is still open. */
  stop(): Promise<void>;
}

const MONITOR_STATES: readonly MonitorState[] = ['ok', 'not_enough', 'warn', 'over'];

/** @throws what loading the exporter of traces throws */
export async function openObservability(options: {
  config: Config;
  database: Database;
  version: string;
  now: () => number;
  log: Logger;
  pollMs: number;
  standBack: () => Promise<void>;
}): Promise<Observability> {
  const { config, database, version, now, log, pollMs, standBack } = options;
  const startedAt = now();
  const metrics = createMetrics();
  const tracing = await openTracing(config.tracing, { log, metrics, version });
  const tools = { log, metrics, tracing };
  const tail = new SettlementTail({ ...tools, database, standBack });
  await tail.start(pollMs);
  database.onCommit(({ size, seconds }) => {
    metrics.commitSeconds.observe(seconds);
    metrics.commitGroup.observe(size);
    tail.wake();
  });
  return {
    metrics,
    stages: new Stages(tools),
    exemplarOf: (message) => exemplarOf(message, tracing),
    switched: ({ at, actor, mode }) => {
      // A gate that starts with a tripped switch sees that for the first time; it was tripped before.
      if (mode !== 'active' && at >= startedAt)
        metrics.killSwitchTrips.inc({ condition: conditionOf(actor) });
    },
    monitored: (readings) => {
      for (const { monitor, value, limit, state } of readings) {
        metrics.monitorValue.set({ monitor }, value ?? Number.NaN);
        metrics.monitorLimit.set({ monitor }, limit ?? Number.NaN);
        for (const one of MONITOR_STATES)
          metrics.monitorState.set({ monitor, state: one }, one === state ? 1 : 0);
      }
    },
    stop: async () => {
      await tail.stop();
      await tracing.stop();
    },
  };
}

/** A monitor's name, of which there is a short list; every person is `person`. */
function conditionOf(actor: string): string {
  return /^monitor:(\w+)$/.exec(actor)?.[1] ?? 'person';
}
