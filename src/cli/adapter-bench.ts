import type { Config } from '../config/config.ts';
import { AdapterJudge } from '../judge/adapter-judge.ts';
import { adapterMode } from '../judge/adapter-mode.ts';
import { openConfiguredModel } from '../judge/adapter/open.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { AdapterBench } from '../pipeline/consult-adapter.ts';

const say = (message: string): void => void process.stderr.write(`${message}\n`);
const log = { info: () => {}, warn: say, error: say };

/**
 * The configured judge model, loaded, for the time of one command; null when the rules judge alone. A model that does not
 * load is told on standard error and is unavailable to whoever asks it. Stop it in the end: `bench.judge.stop()`.
 */
export async function openBench(config: Config, rubric: Rubric): Promise<AdapterBench | null> {
  const model = await openConfiguredModel(config, log);
  if (!model) return null;
  const mode = adapterMode(config.adapter.mode, model, log);
  const judge = new AdapterJudge({ model, mode, now: Date.now, log });
  await judge.load();
  return { judge, config: config.adapter, rubric: () => rubric };
}
