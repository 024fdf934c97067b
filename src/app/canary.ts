import type { Config } from '../config/config.ts';
import { safest, modelLimit } from '../judge/adapter-mode.ts';
import { Canary } from '../kill-switch/canary/canary.ts';
import { PROBE_FOLDER } from '../kill-switch/canary/cases.ts';
import type { CanaryOptions } from '../kill-switch/canary/options.ts';
import type { AdapterBench } from '../pipeline/consult-adapter.ts';

/** The canary of a gate with an adapter, opened; null where there is none or the configuration turns it off. */
export async function openCanary(
  { config, probes }: { config: Config; probes?: string | undefined },
  {
    bench,
    ...parts
  }: Pick<CanaryOptions, 'database' | 'killSwitch' | 'now' | 'log' | 'onLifted'> & {
    bench: AdapterBench | null;
  },
): Promise<Canary | null> {
  if (!bench || !config.kill_switch.canary.enabled) return null;
  const { judge, rubric } = bench;
  const canary = new Canary({
    ...parts,
    config: config.kill_switch,
    dataDir: config.data_dir,
    folder: probes ?? PROBE_FOLDER,
    judge,
    mayDecide: safest(config.adapter.mode, modelLimit(judge.model)) === 'active',
    rubric,
  });
  await canary.open();
  return canary;
}
