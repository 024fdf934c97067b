import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';

const MAX_BYTES = 1024 * 1024;

const empty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** What a PEFT adapter_config.json says that matters here. */
export interface PeftConfig {
  rank: number;
  /** As GGUF keeps it: what llama.cpp divides by the rank. */
  alpha: number;
  /** Module names like "q_proj"; null where the file has a pattern instead of names. */
  targets: string[] | null;
  /** Layers that were trained; null = all. */
  layers: number[] | null;
  /** The model it was trained on, as its author called it. */
  baseName: string | null;
}

const schema = z.looseObject({
  peft_type: z.string(),
  r: z.int().positive().max(4096),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().default(false),
  target_modules: z.union([z.string(), z.array(z.string())]).nullish(),
  layers_to_transform: z
    .union([z.int().min(0), z.array(z.int().min(0))])
    .nullish()
    .transform((layers) => (typeof layers === 'number' ? [layers] : (layers ?? null))),
  base_model_name_or_path: z.string().nullish(),
  bias: z.string().default('none'),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
});

/** What an adapter can ask for that a GGUF adapter has no place for; ignoring one would judge with another model. */
const REFUSED: Record<string, string> = {
  use_dora: 'it is a DoRA adapter',
  modules_to_save: 'it replaces whole modules (modules_to_save)',
  rank_pattern: 'its ranks differ by module (rank_pattern)',
  alpha_pattern: 'its alphas differ by module (alpha_pattern)',
  trainable_token_indices: 'it changes token embeddings (trainable_token_indices)',
  target_parameters: 'it changes bare parameters (target_parameters)',
  layer_replication: 'it repeats layers (layer_replication)',
  lora_bias: 'its updates have biases (lora_bias)',
  fan_in_fan_out: 'its weights are stored the other way round (fan_in_fan_out)',
  alora_invocation_tokens: 'it works from a certain token on only (aLoRA)',
  megatron_config: 'it was made for Megatron layers',
};

/** These begin by changing the base weights, so that the adapter fits no published base. */
const CHANGES_BASE = /^(pissa|olora|loftq|corda|lora_ga)/i;

/**
 * Reads adapter_config.json of a PEFT folder.
 *
 * @throws UserError when it is missing, not LoRA, or asks for something that a GGUF adapter cannot hold
 */
export async function readPeftConfig(folder: string): Promise<PeftConfig> {
  const path = join(folder, 'adapter_config.json');
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) {
    throw new UserError(`${path}: no such file; name the folder of a PEFT adapter`);
  }
  if (info.size > MAX_BYTES) throw new UserError(`${path}: too large for an adapter's configuration`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw new UserError(`${path}: this is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${path}: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'is wrong'}`);
  }
  const config = parsed.data;
  const refuse = (reason: string): never => {
    throw new UserError(`${path}: this adapter cannot be imported: ${reason}`);
  };
  if (config.peft_type !== 'LORA') refuse(`it is of type ${config.peft_type}, not LORA`);
  if (config.bias !== 'none') refuse(`it changes biases (bias: ${config.bias})`);
  for (const [key, value] of Object.entries(config)) {
    const reason = REFUSED[key] ?? (/^use_(?!rslora$)/.test(key) ? `it needs ${key}` : null);
    if (reason && !empty(value)) refuse(reason);
  }
  const start = config.init_lora_weights;
  if (typeof start === 'string' && CHANGES_BASE.test(start)) {
    refuse(`its training changed the base weights first (init_lora_weights: ${start})`);
  }
  const targets = config.target_modules;
  return {
    rank: config.r,
    // PEFT scales by alpha / sqrt(r) under rsLoRA, llama.cpp always by alpha / r.
    alpha: config.use_rslora ? config.lora_alpha * Math.sqrt(config.r) : config.lora_alpha,
    targets: Array.isArray(targets) ? targets : null,
    layers: config.layers_to_transform,
    baseName: config.base_model_name_or_path ?? null,
  };
}
