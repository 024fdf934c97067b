import type { AdapterMode, JudgeModel } from './adapter-judge.ts';

/** From the one that lets the adapter decide to the one that leaves it alone. */
const BY_CAUTION: readonly AdapterMode[] = ['active', 'shadow', 'off'];

/** The most cautious of some modes. */
export function safest(...modes: AdapterMode[]): AdapterMode {
  return BY_CAUTION[Math.max(...modes.map((mode) => BY_CAUTION.indexOf(mode)))] ?? 'off';
}

type Limits = Pick<JudgeModel, 'name' | 'calibration' | 'shadowOnly'>;

/**
 * What a model may do at most. One whose probabilities were never calibrated cannot know when it is in doubt: it judges in
 * shadow only, whatever is configured.
 */
export function modelLimit({
  calibration,
  shadowOnly,
}: Pick<Limits, 'calibration' | 'shadowOnly'>): AdapterMode {
  return shadowOnly || calibration === null ? 'shadow' : 'active';
}

/**
 * What the adapter may do now, asked for every mail: the safest of what is configured, what the model may do and what the kill
 * switch says.
 */
export function adapterMode(
  configured: AdapterMode,
  model: Limits,
  log: { warn(message: string): void },
  switched: () => AdapterMode = () => 'active',
): () => AdapterMode {
  const limit = modelLimit(model);
  if (configured === 'active' && !model.shadowOnly && model.calibration === null) {
    log.warn(
      `the model ${model.name} is not calibrated and judges in shadow only: presend models calibrate ${model.name} --cases FILE`,
    );
  }
  return () => safest(configured, limit, switched());
}
