import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { UserError } from '../../config/user-error.ts';
import { LockFile } from '../../models/lock-file.ts';
import {
  type LocalModel,
  type Model,
  type ModelFile,
  type RemoteModel,
  loadRegistry,
  modelFolders,
  requireModel,
} from '../../models/registry.ts';
import type { Logger } from '../../observability/logger.ts';
import type { JudgeModel } from '../adapter-judge.ts';
import { type Adapter, AdapterError } from './adapter.ts';
import { createLlamaAdapter } from './llama.ts';
import type { HostObserver } from './pool/pool-host.ts';
import { type Calibration, calibrationSchema } from './reading.ts';
import { createRemoteAdapter } from './remote.ts';
import type { OnTrouble } from './trouble.ts';

export interface OpenOptions {
  /** Told what an operator has to know, in one sentence. */
  warn: (sentence: string) => void;
  log?: Logger | null;
  onTrouble?: OnTrouble;
  /** Told what happens at each host of a remote model. */
  observer?: HostObserver;
}

/** What of the configuration says where models are and how they run. */
export type ModelConfig = Pick<Config, 'adapter' | 'data_dir' | 'models_dir'>;

const BACKGROUND_TIMEOUT_MS = 120_000;

/** Longest prompt that is worth sending to a host that then counts its tokens itself. */
const CHARACTERS_PER_TOKEN = 8;

/**
 * The model that the configuration names, or else the one that the registry has as active, or else its shadow. Nothing is
 * loaded yet, and a model whose files are missing is opened too: it is unavailable, and mail waits for it as configured.
 *
 * @returns null when the rules judge alone: switched off, or no model is chosen
 * @throws UserError for a model that there is not, ConfigError for a registry or calibration that cannot be read
 */
export async function openConfiguredModel(
  config: ModelConfig,
  options: OpenOptions,
): Promise<JudgeModel | null> {
  if (config.adapter.mode === 'off') return null;
  const registry = loadRegistry(modelFolders(config));
  const { active, shadow } = registry;
  const chosen = config.adapter.model === null ? active : requireModel(registry, config.adapter.model);
  if (chosen) {
    if (shadow && shadow.name !== chosen.name) {
      options.warn(`the model ${shadow.name} is not asked in shadow while ${chosen.name} judges`);
    }
    return openModel(config, chosen, options);
  }
  if (!shadow) return null;
  return { ...(await openModel(config, shadow, options)), shadowOnly: true };
}

/** One model of the registry, with its calibration if that was fitted for these very files. */
export async function openModel(
  config: ModelConfig,
  model: Model,
  options: OpenOptions,
): Promise<JudgeModel> {
  const calibration = readCalibration(model);
  const lock = new LockFile(modelFolders(config).user);
  const known = await versionOf(model, lock);
  if (calibration && known !== null && calibration.version !== known) {
    options.warn(
      `the calibration of ${model.name} was made for ${calibration.version}, this is ${known}: presend models calibrate ${model.name} --cases FILE`,
    );
  }
  const version = known ?? calibration?.version ?? `${model.name}@missing`;
  return {
    name: model.name,
    adapter:
      model.kind === 'local'
        ? localAdapter(config, model, version, options)
        : remoteAdapter(config, model, version, options),
    calibration: calibration?.version === version ? calibration : null,
    validatedVerticals: model.validated.verticals.includes('all') ? 'all' : model.validated.verticals,
    // In process one at a time is fastest: one prompt fills every core.
    concurrency:
      model.kind === 'local' ? 1 : model.remote.hosts.reduce((sum, { maxInFlight }) => sum + maxInFlight, 0),
    shadowOnly: false,
  };
}

/**
 * A model of the registry by its name, loaded, for work in the background. Whoever asked releases its adapter.
 *
 * @throws UserError where there is none of that name, or where it cannot be loaded
 */
export async function openNamedModel(
  config: ModelConfig,
  name: string,
  options: OpenOptions,
): Promise<JudgeModel> {
  const registry = loadRegistry(modelFolders(config));
  // Nobody waits for it, and at a low priority it takes longer.
  const timeout_ms = Math.max(config.adapter.timeout_ms, BACKGROUND_TIMEOUT_MS);
  const patient = { ...config, adapter: { ...config.adapter, timeout_ms } };
  const model = await openModel(patient, requireModel(registry, name), options);
  try {
    await model.adapter.warmup();
  } catch (error) {
    await model.adapter.release();
    if (error instanceof AdapterError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
  return model;
}

function localAdapter(
  { adapter: { gpu, threads, timeout_ms, queue } }: ModelConfig,
  { base, lora, loraScale, profile, contextSize }: LocalModel,
  version: string,
  { log, onTrouble }: OpenOptions,
): Adapter {
  return createLlamaAdapter({
    version,
    modelPath: base.path,
    loraPath: lora?.path ?? null,
    loraScale,
    profile,
    contextSize,
    gpu,
    threads,
    timeoutMs: timeout_ms,
    queueLimit: queue,
    log: log ?? null,
    ...(onTrouble ? { onTrouble } : {}),
  });
}

/**
 * What its answers depend on, as a name with a sum: weights, adapter, scale and prompt. Null when a file is missing whose
 * sum nobody recorded. Of a model on another host only the address and the prompt are known; of one on several hosts the
 * name that they serve it by, so that hosts may come and go.
 */
export async function versionOf(model: Model, lock: LockFile): Promise<string | null> {
  const parts: unknown[] = [model.profile];
  if (model.kind === 'remote') {
    const { url, dialect, model: name } = model.remote;
    parts.push(...(url === null ? [] : [url]), dialect, name);
  } else {
    for (const file of [model.base, model.lora]) {
      const sum = file && (await sumOf(file, lock));
      if (file && sum === null) return null;
      parts.push(sum);
    }
    parts.push(model.loraScale);
  }
  const sum = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${model.name}@${sum.slice(0, 12)}`;
}

async function sumOf({ path, sha256 }: ModelFile, lock: LockFile): Promise<string | null> {
  if (sha256 !== null) return sha256;
  return existsSync(path) ? lock.sha256(path) : null;
}

/** @throws UserError naming the file, for one that is not what `presend models calibrate` writes */
function readCalibration({ calibration: path }: Model): Calibration | null {
  if (path === null) return null;
  try {
    return calibrationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new UserError(`${path}: not a calibration; make it again with presend models calibrate`, { cause });
  }
}

function remoteAdapter(
  { adapter: { timeout_ms } }: ModelConfig,
  { remote: { hosts, dialect, model, hedge }, profile, contextSize }: RemoteModel,
  version: string,
  { log, onTrouble, observer }: OpenOptions,
): Adapter {
  return createRemoteAdapter({
    version,
    hosts: hosts.map(({ name, url, apiKeyEnv, maxInFlight }) => ({
      name,
      url,
      apiKey: apiKeyEnv === null ? null : keyOf(url, apiKeyEnv),
      maxInFlight,
    })),
    dialect,
    model,
    profile,
    hedge,
    timeoutMs: timeout_ms,
    maxPromptCharacters: contextSize * CHARACTERS_PER_TOKEN,
    log: log ?? null,
    ...(onTrouble ? { onTrouble } : {}),
    ...(observer ? { observer } : {}),
  });
}

function keyOf(url: string, variable: string): string {
  const key = process.env[variable];
  if (!key) throw new UserError(`the environment variable ${variable} with the key of ${url} is not set`);
  return key;
}
