import type { AdapterMode, JudgeModel } from './adapter-judge.ts';

/**
 * What the adapter may do now, asked for every mail. A model whose probabilities were never calibrated cannot know when it is
 * in doubt: it judges in shadow only, whatever is configured.
 */
export function adapterMode(
  configured: AdapterMode,
  { name, calibration, shadowOnly }: Pick<JudgeModel, 'name' | 'calibration' | 'shadowOnly'>,
  log: { warn(message: string): void },
): () => AdapterMode {
  if (configured !== 'active') return () => configured;
  if (shadowOnly) return () => 'shadow';
  if (calibration !== null) return () => configured;
  log.warn(
    `the model ${name} is not calibrated and judges in shadow only: presend models calibrate ${name} --cases FILE`,
  );
  return () => 'shadow';
}
