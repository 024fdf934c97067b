import { type Gguf, type GgufTensor, readGguf } from '../../models/gguf-read.ts';
import { AdapterError } from './adapter.ts';
import { type LlamaModelOptions, SEQUENCES } from './llama-protocol.ts';

/** Weights are read whole into memory; what llama.cpp needs beside them and the KV cache. */
const WORKING_MEMORY = 64 * 1024 * 1024;
const BYTES_PER_KV_VALUE = 2;

/**
 * Refuses what cannot be loaded before llama.cpp sees it: it tells little about a bad file, and some end the process.
 *
 * @param available bytes of memory
 * @throws AdapterError unavailable: one sentence saying what is wrong and how to mend it
 */
export async function checkModelFiles(
  { modelPath, loraPath, contextSize, gpu }: LlamaModelOptions,
  available: number,
): Promise<void> {
  const base = await read(modelPath);
  if (base.metadata['general.type'] === 'adapter') {
    throw refused(`${modelPath} is an adapter, not a model; name its base model as the model file`);
  }
  requireSizes(base, modelPath);
  const lora = loraPath === null ? null : await read(loraPath);
  if (lora && loraPath) requireSameBase(base, lora, loraPath, modelPath);
  if (gpu === false) requireMemory(base, lora, contextSize * SEQUENCES, available, modelPath);
}

async function read(path: string): Promise<Gguf> {
  try {
    return await readGguf(path);
  } catch (error) {
    throw refused(
      `${(error as Error).message} (put the model's file there, or choose another with \`presend models use\`)`,
    );
  }
}

/** The sizes that llama.cpp divides by or allocates with. */
function requireSizes(base: Gguf, path: string): void {
  const { blocks, width, heads, kvHeads } = sizes(base);
  const sound =
    [blocks, width, heads, kvHeads].every((size) => Number.isInteger(size) && size > 0) &&
    width % heads === 0 &&
    heads % kvHeads === 0 &&
    blocks <= base.tensors.length;
  if (!sound) throw refused(`${path} is corrupt: the sizes it gives make no model; fetch it again`);
}

function requireSameBase(base: Gguf, lora: Gguf, loraPath: string, modelPath: string): void {
  if (lora.metadata['general.type'] !== 'adapter' || lora.metadata['adapter.type'] !== 'lora') {
    throw refused(`${loraPath} is no LoRA adapter; make one with \`presend models import-lora\``);
  }
  const misfit = (why: string): AdapterError =>
    refused(
      `${loraPath} was made for another base model than ${modelPath} (${why}); use the two that belong together`,
    );
  const [of, to] = [lora.metadata['general.architecture'], base.metadata['general.architecture']];
  if (of !== to) throw misfit(`${String(of)}, not ${String(to)}`);
  const weights = new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  const halves = new Map(lora.tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name } of lora.tensors) {
    const target = name.replace(/\.lora_[ab]$/, '');
    const [a, b, weight] = [
      halves.get(`${target}.lora_a`),
      halves.get(`${target}.lora_b`),
      weights.get(target),
    ];
    if (!a || !b) throw refused(`${loraPath} is corrupt: ${target} has only one of its two halves`);
    if (!weight) throw misfit(`it has no ${target}`);
    if (!fits(weight, a, b)) throw misfit(`${target} is of another size`);
  }
  if (lora.tensors.length === 0) throw refused(`${loraPath} changes nothing: it holds no weights`);
}

const fits = ({ shape }: GgufTensor, a: GgufTensor, b: GgufTensor): boolean =>
  a.shape[0] === shape[0] && b.shape[1] === shape[1] && a.shape[1] === b.shape[0];

function requireMemory(base: Gguf, lora: Gguf | null, tokens: number, available: number, path: string): void {
  const { blocks, width, heads, kvHeads } = sizes(base);
  const kv = tokens * blocks * (width / heads) * kvHeads * 2 * BYTES_PER_KV_VALUE;
  const needed = base.fileBytes + (lora?.fileBytes ?? 0) + kv + WORKING_MEMORY;
  if (needed <= available) return;
  throw refused(
    `${path} needs about ${gigabytes(needed)} GB of memory and ${gigabytes(available)} GB is free; ` +
      'free some, allow the service more, or choose a smaller model or context',
  );
}

function sizes({ metadata }: Gguf): { blocks: number; width: number; heads: number; kvHeads: number } {
  const architecture = String(metadata['general.architecture']);
  const number = (name: string): number => {
    const value = metadata[`${architecture}.${name}`];
    // Per layer in some architectures.
    return Number(Array.isArray(value) ? value[0] : value);
  };
  const heads = number('attention.head_count');
  const kvHeads =
    metadata[`${architecture}.attention.head_count_kv`] === undefined
      ? heads
      : number('attention.head_count_kv');
  return { blocks: number('block_count'), width: number('embedding_length'), heads, kvHeads };
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

const refused = (reason: string): AdapterError => new AdapterError('unavailable', reason);
