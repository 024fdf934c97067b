import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a random-weight model of the qwen2 architecture, and a LoRA adapter for it, as GGUF files (ggml's
 * docs/gguf.md, version 3). It answers nothing sensible, but everything is real: tokenizer, chat tokens, labels,
 * attention, adapter. Weights repeat with the seed.
 */
export interface ModelShape {
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  feedForward: number;
  /** At least TINY_TOKENS' length; the rest are tokens that no text yields. */
  vocabulary: number;
  /** Context length that the model says it was trained for. */
  trained: number;
  /** Of the matrices; rows must be multiples of 32 for q8_0. */
  type: keyof typeof TENSOR_TYPES;
}

const TINY: ModelShape = {
  layers: 2,
  width: 64,
  heads: 4,
  kvHeads: 2,
  feedForward: 128,
  vocabulary: 0,
  trained: 8192,
  type: 'f32',
};

export const LABELS = ['SUPPRESS', 'ESCALATE', 'BLOCK', 'PENALISE', 'PASS'] as const;
const CONTROL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', ...LABELS];
/** Merges that make a few texts shorter than their bytes, as in any byte-level BPE. */
const MERGES = ['h e', 'i n', 'Ġ t', 'Ġt he', 'e r'];

/** The vocabulary in id order: bytes as GPT-2 spells them, merges, control tokens. */
export const TINY_TOKENS = [...byteSpellings(), ...MERGES.map((pair) => pair.replace(' ', '')), ...CONTROL];

/** A model file at `path`. */
export function writeTinyModel(
  path: string,
  { seed = 1, ...options }: Partial<ModelShape> & { seed?: number } = {},
): void {
  const shape = { ...TINY, ...options };
  const { layers, width, heads, kvHeads, feedForward, type } = shape;
  const vocabulary = Math.max(shape.vocabulary, TINY_TOKENS.length);
  const kv = (width / heads) * kvHeads;
  const random = normals(seed);
  const weight = (name: string, inputs: number, outputs: number, adjust?: Adjust): Tensor => ({
    name,
    shape: [inputs, outputs],
    type,
    value: scaled(random, 1 / Math.sqrt(inputs), adjust),
  });
  const vector = (name: string, size: number, value: number): Tensor => ({
    name,
    shape: [size],
    type: 'f32',
    value: () => value,
  });
  const firstLabel = TINY_TOKENS.indexOf(LABELS[0]);
  const isLabel = (row: number): boolean => row >= firstLabel && row < firstLabel + LABELS.length;
  const tensors: Tensor[] = [
    // A constant to which the rows of the labels answer: the model says a label at the start of a line, and else none.
    weight('token_embd.weight', width, vocabulary, (value, column, row) =>
      column > 0 ? value * Math.sqrt(width) : row === NEWLINE ? 8 : -8,
    ),
    ...Array.from({ length: layers }, (_, i) => [
      vector(`blk.${i}.attn_norm.weight`, width, 1),
      weight(`blk.${i}.attn_q.weight`, width, width),
      vector(`blk.${i}.attn_q.bias`, width, 0),
      weight(`blk.${i}.attn_k.weight`, width, kv),
      vector(`blk.${i}.attn_k.bias`, kv, 0),
      weight(`blk.${i}.attn_v.weight`, width, kv),
      vector(`blk.${i}.attn_v.bias`, kv, 0),
      weight(`blk.${i}.attn_output.weight`, width, width),
      vector(`blk.${i}.ffn_norm.weight`, width, 1),
      weight(`blk.${i}.ffn_gate.weight`, width, feedForward),
      weight(`blk.${i}.ffn_up.weight`, width, feedForward),
      weight(`blk.${i}.ffn_down.weight`, feedForward, width),
    ]).flat(),
    vector('output_norm.weight', width, 1),
    weight('output.weight', width, vocabulary, (value, column, row) => {
      const said = column === 0 ? (isLabel(row) ? 3 : 0) : value;
      return said * (isLabel(row) ? 1.5 : 1);
    }),
  ];
  writeGguf(
    path,
    [
      ['general.architecture', 'string', 'qwen2'],
      ['general.name', 'string', 'tiny'],
      ['general.file_type', 'u32', TENSOR_TYPES[type].fileType],
      ['qwen2.block_count', 'u32', layers],
      ['qwen2.context_length', 'u32', shape.trained],
      ['qwen2.embedding_length', 'u32', width],
      ['qwen2.feed_forward_length', 'u32', feedForward],
      ['qwen2.attention.head_count', 'u32', heads],
      ['qwen2.attention.head_count_kv', 'u32', kvHeads],
      ['qwen2.attention.layer_norm_rms_epsilon', 'f32', 1e-6],
      ['qwen2.rope.freq_base', 'f32', 10_000],
      ['tokenizer.ggml.model', 'string', 'gpt2'],
      ['tokenizer.ggml.pre', 'string', 'qwen2'],
      ['tokenizer.ggml.tokens', 'strings', filled(TINY_TOKENS, vocabulary, (i) => `<unused${i}>`)],
      ['tokenizer.ggml.token_type', 'i32s', filled(TINY_TOKENS.map(tokenType), vocabulary, () => 5)],
      ['tokenizer.ggml.merges', 'strings', MERGES],
      ['tokenizer.ggml.eos_token_id', 'u32', TINY_TOKENS.indexOf('<|im_end|>')],
      ['tokenizer.ggml.padding_token_id', 'u32', TINY_TOKENS.indexOf('<|endoftext|>')],
      ['tokenizer.ggml.add_bos_token', 'bool', false],
    ],
    tensors,
  );
}

/** A LoRA adapter for a model of that shape at `path`; `alpha` 0 changes nothing. */
export function writeTinyLora(
  path: string,
  {
    seed = 2,
    rank = 4,
    alpha = 8,
    ...options
  }: Partial<ModelShape> & { seed?: number; rank?: number; alpha?: number } = {},
): void {
  const { layers, width, feedForward } = { ...TINY, ...options };
  const random = normals(seed);
  const pair = (name: string, inputs: number, outputs: number): Tensor[] => [
    {
      name: `${name}.lora_a`,
      shape: [inputs, rank],
      type: 'f32',
      value: scaled(random, 1 / Math.sqrt(inputs)),
    },
    {
      name: `${name}.lora_b`,
      shape: [rank, outputs],
      type: 'f32',
      value: scaled(random, 1 / Math.sqrt(rank)),
    },
  ];
  writeGguf(
    path,
    [
      ['general.type', 'string', 'adapter'],
      ['general.architecture', 'string', 'qwen2'],
      ['adapter.type', 'string', 'lora'],
      ['adapter.lora.alpha', 'f32', alpha],
    ],
    Array.from({ length: layers }, (_, i) => [
      ...pair(`blk.${i}.attn_q.weight`, width, width),
      ...pair(`blk.${i}.attn_output.weight`, width, width),
      ...pair(`blk.${i}.ffn_down.weight`, feedForward, width),
    ]).flat(),
  );
}

const NEWLINE = TINY_TOKENS.indexOf('Ċ');

type Adjust = (value: number, column: number, row: number) => number;
type Metadata = [
  key: string,
  ...(
    | ['u32' | 'f32', number]
    | ['bool', boolean]
    | ['string', string]
    | ['strings', readonly string[]]
    | ['i32s', readonly number[]]
  ),
];
interface Tensor {
  name: string;
  /** Fastest first, as ggml counts: a matrix is [inputs, outputs]. */
  shape: number[];
  type: keyof typeof TENSOR_TYPES;
  value: (index: number, column: number, row: number) => number;
}

const NORMAL = 1;
const CONTROL_TYPE = 3;
const tokenType = (token: string): number => (CONTROL.includes(token) ? CONTROL_TYPE : NORMAL);

function filled<T>(known: readonly T[], length: number, more: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => known[i] ?? more(i));
}

/** GPT-2 spells each byte as one printable character, so that vocabularies are text. */
function byteSpellings(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

function scaled(random: () => number, scale: number, adjust: Adjust = (value) => value) {
  return (_: number, column: number, row: number): number => adjust(random() * scale, column, row);
}

/** Normally distributed numbers (mulberry32 and Box–Muller), drawn from a ring so that large models are quick to write. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const ring = Float32Array.from(
    { length: 1_000_003 },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
  let at = 0;
  return () => {
    at = at + 1 === ring.length ? 0 : at + 1;
    return ring[at];
  };
}

const ALIGNMENT = 32;
const TYPE_IDS = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };
/** ggml's number of each type, bytes of a weight, and its file_type in metadata. */
const TENSOR_TYPES = {
  f32: { id: 0, bytes: 4, fileType: 0 },
  f16: { id: 1, bytes: 2, fileType: 1 },
  q8_0: { id: 8, bytes: 34 / 32, fileType: 7 },
};

function writeGguf(path: string, metadata: Metadata[], tensors: Tensor[]): void {
  const file = openSync(path, 'w');
  let offset = 0;
  const placed = tensors.map((tensor) => {
    const count = tensor.shape.reduce((product, size) => product * size, 1);
    const bytes = count * TENSOR_TYPES[tensor.type].bytes;
    const start = offset;
    offset = aligned(offset + bytes);
    return { ...tensor, count, bytes, start };
  });
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.map(([key, type, value]) => Buffer.concat([text(key), encoded(type, value)])),
    ...placed.map(({ name, shape, type, start }) =>
      Buffer.concat([
        text(name),
        u32(shape.length),
        ...shape.map(u64),
        u32(TENSOR_TYPES[type].id),
        u64(start),
      ]),
    ),
  ]);
  writeSync(file, Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length)]));
  for (const { shape, type, value, count, bytes } of placed) {
    const columns = shape[0];
    const block = 1 << 20;
    for (let from = 0; from < count; from += block) {
      const values = new Float32Array(Math.min(block, count - from));
      for (let i = 0; i < values.length; i++) {
        const index = from + i;
        values[i] = value(index, index % columns, Math.floor(index / columns));
      }
      writeSync(file, packed(type, values));
    }
    writeSync(file, Buffer.alloc(aligned(bytes) - bytes));
  }
  closeSync(file);
}

function encoded(type: Metadata[1], value: Metadata[2]): Buffer {
  switch (type) {
    case 'strings':
      return Buffer.concat([
        u32(TYPE_IDS.array),
        u32(TYPE_IDS.string),
        u64((value as string[]).length),
        ...(value as string[]).map(text),
      ]);
    case 'i32s':
      return Buffer.concat([
        u32(TYPE_IDS.array),
        u32(TYPE_IDS.i32),
        u64((value as number[]).length),
        Buffer.from(Int32Array.from(value as number[]).buffer),
      ]);
    case 'string':
      return Buffer.concat([u32(TYPE_IDS.string), text(value as string)]);
    case 'bool':
      return Buffer.concat([u32(TYPE_IDS.bool), Buffer.from([value ? 1 : 0])]);
    case 'f32':
      return Buffer.concat([u32(TYPE_IDS.f32), Buffer.from(Float32Array.of(value as number).buffer)]);
    case 'u32':
      return Buffer.concat([u32(TYPE_IDS.u32), u32(value as number)]);
  }
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function packed(type: keyof typeof TENSOR_TYPES, values: Float32Array): Uint8Array {
  switch (type) {
    case 'f32':
      return new Uint8Array(values.buffer);
    case 'f16':
      return halves(values);
    case 'q8_0':
      return blocks(values);
  }
}

/** Blocks of 32 weights: a half-precision scale, then 32 signed bytes. */
function blocks(values: Float32Array): Uint8Array {
  const count = values.length / 32;
  const scales = Float32Array.from({ length: count }, (_, block) => {
    let most = 0;
    for (let i = block * 32; i < block * 32 + 32; i++) most = Math.max(most, Math.abs(values[i]));
    return most / 127;
  });
  const bytes = new Uint8Array(count * 34);
  const short = halves(scales);
  for (let block = 0; block < count; block++) {
    bytes.set(short.subarray(block * 2, block * 2 + 2), block * 34);
    const numbers = new Int8Array(bytes.buffer, block * 34 + 2, 32);
    const scale = scales[block] || 1;
    for (let i = 0; i < 32; i++) numbers[i] = Math.round(values[block * 32 + i] / scale);
  }
  return bytes;
}

/** IEEE half precision, rounded towards zero; random weights need no more. */
function halves(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer);
  const halves = Uint16Array.from(bits, (bit) => {
    const sign = (bit >>> 16) & 0x8000;
    const exponent = ((bit >>> 23) & 0xff) - 112;
    return exponent <= 0
      ? sign
      : exponent >= 31
        ? sign | 0x7bff
        : sign | (exponent << 10) | ((bit >>> 13) & 0x3ff);
  });
  return new Uint8Array(halves.buffer);
}
