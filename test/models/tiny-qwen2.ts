import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GgufField, type GgufTensorSource, writeGguf } from '../../src/models/gguf-write.ts';
import { toHalf } from '../../src/models/safetensors.ts';

/** A Qwen2 of two layers with made-up weights: small enough for a test, real enough for llama.cpp. */
export const TINY = { layers: 2, width: 64, heads: 4, keyHeads: 2, inner: 96, rank: 4 };

const KEY_WIDTH = (TINY.width / TINY.heads) * TINY.keyHeads;

/** PEFT's module, GGUF's, and [out, in]. */
export const MODULES: [peft: string, gguf: string, out: number, into: number][] = [
  ['self_attn.q_proj', 'attn_q', TINY.width, TINY.width],
  ['self_attn.k_proj', 'attn_k', KEY_WIDTH, TINY.width],
  ['self_attn.v_proj', 'attn_v', KEY_WIDTH, TINY.width],
  ['self_attn.o_proj', 'attn_output', TINY.width, TINY.width],
  ['mlp.gate_proj', 'ffn_gate', TINY.inner, TINY.width],
  ['mlp.up_proj', 'ffn_up', TINY.inner, TINY.width],
  ['mlp.down_proj', 'ffn_down', TINY.width, TINY.inner],
];

/** Numbers in [-1, 1) that depend on nothing but the seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function matrix(size: number, seed: number, scale: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: size }, () => next() * scale);
}

/** Byte-level tokens as GPT-2 spells them, then the three that ChatML needs. */
function vocabulary(): string[] {
  const plain = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(plain(byte) ? byte : next++));
  return [...bytes, 'he', '<|endoftext|>', '<|im_start|>', '<|im_end|>'];
}

/** Weights by GGUF name, row-major [out, in]; `merged` adds to them. */
export type Weights = Map<string, Float32Array>;

export function baseWeights(): Weights {
  const weights: Weights = new Map();
  let seed = 1;
  for (let layer = 0; layer < TINY.layers; layer++) {
    for (const [, gguf, out, into] of MODULES) {
      weights.set(`blk.${layer}.${gguf}.weight`, matrix(out * into, seed++, 0.35));
    }
  }
  return weights;
}

export interface TinyOptions {
  metadata?: Record<string, GgufField>;
  /** Left out of the file. */
  without?: string[];
}

/** Writes the model as GGUF. */
export async function writeTinyModel(
  path: string,
  weights = baseWeights(),
  { metadata = {}, without = [] }: TinyOptions = {},
): Promise<string> {
  const tokens = vocabulary();
  const { width, layers, heads, keyHeads, inner } = TINY;
  const f32 = (name: string, shape: number[], values: Float32Array): GgufTensorSource => ({
    name,
    shape,
    type: 'F32',
    data: () => [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)],
  });
  const ones = (size: number): Float32Array => new Float32Array(size).fill(1);
  const tensors = [
    f32('token_embd.weight', [width, tokens.length], matrix(width * tokens.length, 900, 1)),
    f32('output_norm.weight', [width], ones(width)),
    f32('output.weight', [width, tokens.length], matrix(width * tokens.length, 901, 0.4)),
  ];
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`;
    tensors.push(
      f32(`${block}.attn_norm.weight`, [width], ones(width)),
      f32(`${block}.ffn_norm.weight`, [width], ones(width)),
      f32(`${block}.attn_q.bias`, [width], new Float32Array(width)),
      f32(`${block}.attn_k.bias`, [KEY_WIDTH], new Float32Array(KEY_WIDTH)),
      f32(`${block}.attn_v.bias`, [KEY_WIDTH], new Float32Array(KEY_WIDTH)),
    );
    for (const [, gguf, out, into] of MODULES) {
      const name = `${block}.${gguf}.weight`;
      tensors.push(f32(name, [into, out], weights.get(name)!));
    }
  }
  const special = tokens.length - 3;
  await writeGguf(
    path,
    {
      'general.architecture': { type: 'string', value: 'qwen2' },
      'general.name': { type: 'string', value: 'tiny' },
      'general.file_type': { type: 'uint32', value: 0 },
      'qwen2.block_count': { type: 'uint32', value: layers },
      'qwen2.context_length': { type: 'uint32', value: 2048 },
      'qwen2.embedding_length': { type: 'uint32', value: width },
      'qwen2.feed_forward_length': { type: 'uint32', value: inner },
      'qwen2.attention.head_count': { type: 'uint32', value: heads },
      'qwen2.attention.head_count_kv': { type: 'uint32', value: keyHeads },
      'qwen2.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-6 },
      'qwen2.rope.freq_base': { type: 'float32', value: 10_000 },
      'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
      'tokenizer.ggml.pre': { type: 'string', value: 'qwen2' },
      'tokenizer.ggml.tokens': { type: 'string[]', value: tokens },
      'tokenizer.ggml.token_type': { type: 'int32[]', value: tokens.map((_, i) => (i >= special ? 3 : 1)) },
      'tokenizer.ggml.merges': { type: 'string[]', value: ['h e'] },
      'tokenizer.ggml.eos_token_id': { type: 'uint32', value: tokens.length - 1 },
      'tokenizer.ggml.padding_token_id': { type: 'uint32', value: special },
      'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
      ...metadata,
    },
    tensors.filter(({ name }) => !without.includes(name)),
  );
  return path;
}

export interface PeftTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** The updates that the tests import: PyTorch's layout, A [rank, in] and B [out, rank]. */
export function peftTensors(rank = TINY.rank): PeftTensor[] {
  let seed = 5_000;
  return Array.from({ length: TINY.layers }, (_, layer) => layer).flatMap((layer) =>
    MODULES.flatMap(([peft, , out, into]) => {
      const name = `base_model.model.model.layers.${layer}.${peft}`;
      return [
        { name: `${name}.lora_A.weight`, shape: [rank, into], values: matrix(rank * into, seed++, 0.3) },
        { name: `${name}.lora_B.weight`, shape: [out, rank], values: matrix(out * rank, seed++, 0.3) },
      ];
    }),
  );
}

export type StoredAs = 'F32' | 'F16' | 'BF16';

/** What `values` become when stored so. */
export function stored(values: Float32Array, as: StoredAs): Buffer {
  if (as === 'F32')
    return Buffer.from(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bytes = Buffer.alloc(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    bytes.writeUInt16LE(as === 'F16' ? toHalf(values[i]) : bits[i] >>> 16, i * 2);
  }
  return bytes;
}

export function safetensors(tensors: PeftTensor[], as: StoredAs = 'F32'): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const bytes = stored(values, as);
    header[name] = { dtype: as, shape, data_offsets: [offset, offset + bytes.length] };
    data.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...data]);
}

export const PEFT_CONFIG = {
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: 'someone/tiny-qwen2',
  r: TINY.rank,
  lora_alpha: 8,
  lora_dropout: 0,
  bias: 'none',
  use_dora: false,
  use_rslora: false,
  fan_in_fan_out: false,
  modules_to_save: null,
  rank_pattern: {},
  alpha_pattern: {},
  layers_to_transform: null,
  init_lora_weights: true,
  target_modules: ['down_proj', 'k_proj', 'q_proj', 'gate_proj', 'o_proj', 'v_proj', 'up_proj'],
};

/** A folder as PEFT saves it. */
export function writePeft(
  folder: string,
  {
    config = {},
    tensors = peftTensors(),
    as = 'F32',
  }: { config?: object; tensors?: PeftTensor[]; as?: StoredAs } = {},
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ ...PEFT_CONFIG, ...config }));
  writeFileSync(join(folder, 'adapter_model.safetensors'), safetensors(tensors, as));
  return folder;
}

/** The base with the updates added to its weights: W + scale · B · A. */
export function merged(tensors: PeftTensor[], scale: number): Weights {
  const weights = baseWeights();
  for (let i = 0; i < tensors.length; i += 2) {
    const [a, b] = [tensors[i], tensors[i + 1]];
    const [, layer, peft] = /layers\.(\d+)\.(.+)\.lora_A/.exec(a.name)!;
    const [, gguf, out, into] = MODULES.find(([name]) => name === peft)!;
    const weight = weights.get(`blk.${layer}.${gguf}.weight`)!;
    const rank = a.shape[0];
    for (let row = 0; row < out; row++) {
      for (let column = 0; column < into; column++) {
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += b.values[row * rank + k] * a.values[k * into + column];
        weight[row * into + column] += scale * sum;
      }
    }
  }
  return weights;
}
