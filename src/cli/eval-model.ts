import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import type { ModelDetails } from '../evaluate/evaluation.ts';
import { AdapterError } from '../judge/adapter/adapter.ts';
import { openModel, versionOf } from '../judge/adapter/open.ts';
import { LockFile } from '../models/lock-file.ts';
import { type Model, type ModelFile, loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { createLogger } from '../observability/logger.ts';
import type { EvalModel } from './eval-judges.ts';

/**
 * The models of that name, or for null the one that the gate would ask.
 *
 * @param names null stands for the configured one
 * @returns parallel to `names`
 * @throws UserError where there is none
 */
export function chooseModels(config: Config, names: readonly (string | null)[]): Model[] {
  const registry = loadRegistry(modelFolders(config));
  return names.map((name) => {
    const wanted = name ?? config.adapter.model;
    const model = wanted === null ? (registry.active ?? registry.shadow) : requireModel(registry, wanted);
    if (!model) throw new UserError('no model to ask; name one with --model, or use --judge rules');
    return requireFiles(model);
  });
}

/** Told before anything is judged, not when the model's turn comes. */
function requireFiles(model: Model): Model {
  const files = model.kind === 'local' ? [model.base, ...(model.lora ? [model.lora] : [])] : [];
  const missing = files.find(({ path }) => !existsSync(path));
  if (missing) {
    throw new UserError(`${model.name}: ${missing.path} is missing; presend models pull ${model.name}`);
  }
  return model;
}

/**
 * Opens and loads a model. Whoever asked releases its adapter.
 *
 * @throws UserError where it cannot be loaded
 */
export async function openForEval(config: Config, model: Model): Promise<EvalModel> {
  const warn = (sentence: string): void => {
    process.stderr.write(`${sentence}\n`);
  };
  const opened = await openModel(config, model, { warn, log: createLogger('error') });
  try {
    await opened.adapter.warmup();
  } catch (error) {
    await opened.adapter.release();
    if (error instanceof AdapterError) throw new UserError(`${model.name}: ${error.message}`);
    throw error;
  }
  if (opened.calibration === null) {
    warn(
      `${opened.adapter.version} was never calibrated: adapter shows its likeliest label, full is the rules alone`,
    );
  }
  return opened;
}

/** The calibration that the gate would read the model by; null when there is none for these very files. */
export async function calibrationOf(config: Config, model: Model): Promise<EvalModel['calibration']> {
  const { adapter, calibration } = await openModel(config, model, { warn: () => {} });
  await adapter.release();
  return calibration;
}

/** What reports say of a model, as the registry and its files have it. */
export async function modelDetails(
  config: Config,
  model: Model,
  calibration: EvalModel['calibration'],
): Promise<ModelDetails> {
  const lock = new LockFile(modelFolders(config).user);
  const file = async ({ path, sha256 }: ModelFile): Promise<string> =>
    `${basename(path)}, sha256 ${sha256 ?? (await lock.sha256(path))}`;
  return {
    name: model.name,
    version: (await versionOf(model, lock)) ?? `${model.name}@missing`,
    description: model.description,
    licence: model.licence,
    base:
      model.kind === 'local'
        ? await file(model.base)
        : `${model.remote.model}, on another host (${model.remote.dialect})`,
    lora: model.kind === 'local' && model.lora ? await file(model.lora) : null,
    profile: model.profileName,
    contextSize: model.contextSize,
    verticals: model.validated.verticals,
    calibration: calibration && {
      temperature: calibration.temperature,
      passesFrom: calibration.thresholds.PASS,
    },
  };
}
