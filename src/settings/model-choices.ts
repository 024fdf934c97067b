import { UserError } from '../config/user-error.ts';
import { type ModelSettings, loadRegistry, modelFolders } from '../models/registry.ts';
import type { ModelChoice } from './web-types.ts';

/** The models that can be tried on past mail; none where the registry cannot be read, which Health tells of. */
export function modelChoices(config: ModelSettings): ModelChoice[] {
  try {
    const { models, active } = loadRegistry(modelFolders(config));
    return [...models.values()].map(({ name, calibration }) => ({
      name,
      calibrated: calibration !== null,
      active: name === active?.name,
    }));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
