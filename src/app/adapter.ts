import type { Config } from '../config/config.ts';
import { AdapterJudge, type JudgeModel } from '../judge/adapter-judge.ts';
import { adapterMode } from '../judge/adapter-mode.ts';
import { openConfiguredModel } from '../judge/adapter/open.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { CallLog } from '../kill-switch/call-log.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { Logger } from '../observability/logger.ts';
import { type AdapterBench, waitMs } from '../pipeline/consult-adapter.ts';
import type { RunnerOptions } from '../queue/runner.ts';
import type { Observability } from './observability.ts';

/** The configured judge model, not loaded yet; null when the rules judge alone. */
export async function adapterBench(
  { config, log, model }: { config: Config; log: Logger; model?: JudgeModel | null | undefined },
  {
    observed: { metrics, exemplarOf },
    now,
    rubric,
    killSwitch,
    calls,
    onReady,
    barred,
  }: {
    observed: Pick<Observability, 'metrics' | 'exemplarOf'>;
    now: () => number;
    rubric: () => Rubric;
    killSwitch: KillSwitch;
    calls: CallLog;
    onReady: () => void;
    /** Why no mail may be put to it yet. */
    barred: () => string | null;
  },
): Promise<AdapterBench | null> {
  const opened =
    model === undefined
      ? await openConfiguredModel(config, {
          log,
          warn: (sentence) => log.warn(sentence),
          onTrouble: (kind) => metrics.adapterTroubles.inc({ kind }),
          observer: {
            onHostCall: (host, result, seconds) => {
              metrics.adapterHostCalls.inc({ host, result });
              if (result === 'ok') metrics.adapterHostSeconds.observe({ host }, seconds);
            },
            onHedge: (host, won) => metrics.adapterHedges.inc({ host, outcome: won ? 'won' : 'lost' }),
          },
        })
      : model;
  if (!opened) {
    log.info('no judge model is chosen or it is off: the rules judge alone');
    return null;
  }
  const mode = adapterMode(config.adapter.mode, opened, log, killSwitch.mode);
  const judge = new AdapterJudge({
    model: opened,
    mode,
    now,
    log,
    onReady,
    barred,
    onCall: (result, seconds, message) => {
      metrics.adapterCalls.inc({ result });
      metrics.adapterSeconds.observe({
        labels: { result },
        value: seconds,
        ...(message !== null && { exemplarLabels: exemplarOf(message) }),
      });
    },
    onAnswer: (result, latency_ms) =>
      calls.add({ adapter_version: opened.adapter.version, result, latency_ms }),
  });
  return { judge, config: config.adapter, rubric, lookAtSwitch: () => killSwitch.refresh() };
}

/** A few messages more than the adapter reads at once, so that it need not wait for the rules. */
const READ_AHEAD = 3;

/** Without an adapter that decides, nothing in its line (of an earlier run) has anything to wait for. */
export function adapterLine(
  config: Config,
  bench: AdapterBench | null,
  now: () => number,
): RunnerOptions['adapterLine'] {
  return {
    get limit() {
      return (bench?.judge.concurrency ?? 1) + READ_AHEAD;
    },
    acceptedBefore: () => {
      const free = !bench || bench.judge.mode() !== 'active' || bench.judge.available();
      return free ? Number.MAX_SAFE_INTEGER : now() - waitMs(config.adapter);
    },
  };
}
