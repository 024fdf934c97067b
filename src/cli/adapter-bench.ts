import type { Config } from '../config/config.ts';
import { AdapterJudge } from '../judge/adapter-judge.ts';
import { adapterMode } from '../judge/adapter-mode.ts';
import { openConfiguredModel } from '../judge/adapter/open.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { AdapterBench } from '../pipeline/consult-adapter.ts';

const say = (message: string): void => void process.stderr.write(`${message}\n`);
const quiet = (): void => {};

/**
 * The configured judge model, loaded, for the time of one command; null when the rules judge alone. One that does not load
 * is unavailable to whoever asks it, and its health() says why. Stop it in the end: `bench.judge.stop()`.
 */
export async function openBench(config: Config, rubric: Rubric): Promise<AdapterBench | null> {
  const model = await openConfiguredModel(config, { warn: say });
  if (!model) return null;
  const log = { info: quiet, warn: say, error: quiet };
  const mode = adapterMode(config.adapter.mode, model, log);
  const judge = new AdapterJudge({ model, mode, now: Date.now, log });
  await judge.load();
  return { judge, config: config.adapter, rubric: () => rubric, lookAtSwitch: async () => {} };
}
