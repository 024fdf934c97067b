import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { adapterProblems } from './check-adapter.ts';
import { type Gguf, readGguf } from './gguf-read.ts';
import { type GgufTensorSource, writeGguf } from './gguf-write.ts';
import { ARCHITECTURES, type LoraPart, moduleOfTarget, parsePeftName, weightName } from './lora-modules.ts';
import { type PeftConfig, readPeftConfig } from './peft-config.ts';
import { type SafeTensor, readNumbers, readSafetensors, toHalf } from './safetensors.ts';

export interface LoraImport {
  path: string;
  bytes: number;
  rank: number;
  /** As written: what llama.cpp divides by the rank. */
  alpha: number;
  layers: number;
  /** GGUF names, "attn_q" … */
  modules: string[];
  parameters: number;
  /** The model it says it was trained on. */
  baseName: string | null;
  /** For people: what is unusual but no reason to refuse. */
  notes: string[];
}

type Part = LoraPart & { tensor: SafeTensor };

/**
 * Turns a PEFT LoRA (adapter_config.json and adapter_model.safetensors) into a GGUF adapter of 16-bit floats at `out`.
 * Weights are streamed, one megabyte at a time. `base`, the GGUF it will run on, is compared in architecture, layers
 * and widths when given.
 *
 * @throws UserError when the result would not be the adapter that was trained, or would judge nothing; `out` is then
 *   as it was before
 */
export async function importLora(folder: string, out: string, base: string | null): Promise<LoraImport> {
  const config = await readPeftConfig(folder);
  const path = await weightsOf(folder);
  const refuse = (reason: string): never => {
    throw new UserError(`${path}: ${reason}`);
  };
  const parts = (await readSafetensors(path)).map((tensor): Part => {
    const part = parsePeftName(tensor.name);
    if (!part) return refuse(`it changes "${tensor.name}", which cannot be imported`);
    return { ...part, tensor };
  });
  if (parts.length === 0) refuse('it holds no weights');

  const baseGguf = base === null ? null : await readGguf(base);
  const architecture = baseGguf ? architectureOf(baseGguf, base ?? '') : 'qwen2';
  requireComplete(parts, config, baseGguf, refuse);

  const active = new Map<string, boolean>();
  const tensors = parts
    .toSorted((x, y) => x.layer - y.layer || x.module.localeCompare(y.module) || (x.part < y.part ? -1 : 1))
    .map((part) => source(path, part, active));
  requireFits(tensors, architecture, config.alpha, baseGguf, refuse);

  const notes: string[] = [];
  const bytes = await writeGguf(
    out,
    {
      'general.type': { type: 'string', value: 'adapter' },
      'general.architecture': { type: 'string', value: architecture },
      'general.file_type': { type: 'uint32', value: 1 },
      'adapter.type': { type: 'string', value: 'lora' },
      'adapter.lora.alpha': { type: 'float32', value: config.alpha },
    },
    tensors,
    () => {
      const silent = tensors
        .filter(({ name }) => name.endsWith('.lora_b'))
        .filter(({ name }) => !active.get(name) || !active.get(`${name.slice(0, -1)}a`));
      if (silent.length === tensors.length / 2) {
        refuse('all its updates are zero: it would judge as the base alone does');
      }
      if (silent.length > 0) notes.push(`${silent.length} of ${tensors.length / 2} modules change nothing`);
    },
  );
  const distinct = <T>(values: T[]): T[] => [...new Set(values)];
  return {
    path: out,
    bytes,
    rank: config.rank,
    alpha: config.alpha,
    layers: distinct(parts.map(({ layer }) => layer)).length,
    modules: distinct(parts.map(({ module }) => module)),
    parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    baseName: config.baseName,
    notes,
  };
}

async function weightsOf(folder: string): Promise<string> {
  const path = join(folder, 'adapter_model.safetensors');
  if ((await stat(path).catch(() => null))?.isFile()) return path;
  const pickle = join(folder, 'adapter_model.bin');
  if (await stat(pickle).catch(() => null)) {
    throw new UserError(`${pickle}: pickle files can run code and are not read; save it as safetensors`);
  }
  throw new UserError(`${path}: no such file`);
}

function architectureOf(base: Gguf, path: string): string {
  const architecture = String(base.metadata['general.architecture']);
  if (base.metadata['general.type'] === 'adapter')
    throw new UserError(`${path}: this is an adapter, not a base`);
  if (ARCHITECTURES.includes(architecture)) return architecture;
  throw new UserError(
    `${path}: adapters for ${architecture} models cannot be imported; for ${ARCHITECTURES.join(', ')} they can`,
  );
}

/** Every module that was trained, in every layer: a missing one would be the base's, unnoticed. */
function requireComplete(
  parts: Part[],
  { rank, targets, layers }: PeftConfig,
  base: Gguf | null,
  refuse: (reason: string) => never,
): void {
  for (const { part, tensor } of parts) {
    const [rows = 0, columns = 0] = tensor.shape;
    const found = part === 'a' ? rows : columns;
    if (tensor.shape.length !== 2 || found !== rank) {
      refuse(`"${tensor.name}" is ${tensor.shape.join('×')}, which does not fit rank ${rank}`);
    }
  }
  const unknown = targets?.find((target) => moduleOfTarget(target) === null);
  if (unknown) refuse(`it was trained on "${unknown}", which cannot be imported`);
  const there = new Set(parts.map(({ layer, module, part }) => `${layer} ${module} ${part}`));
  if (there.size < parts.length) refuse('it holds the same weights twice');
  const modules = targets
    ? targets.map((target) => moduleOfTarget(target) ?? target)
    : parts.map(({ module }) => module);
  const extra = parts.find(({ module }) => !modules.includes(module));
  if (extra) refuse(`it holds "${extra.tensor.name}", which its configuration does not name`);

  const count = base?.metadata['qwen2.block_count'];
  const last = typeof count === 'number' ? count - 1 : Math.max(...parts.map(({ layer }) => layer));
  const beyond = parts.find(({ layer }) => layer > last);
  if (beyond) refuse(`it has a layer ${beyond.layer}, and the base has ${last + 1}: it is for another base`);
  for (const layer of layers ?? Array.from({ length: last + 1 }, (_, i) => i)) {
    for (const module of new Set(modules)) {
      for (const part of ['a', 'b']) {
        if (!there.has(`${layer} ${module} ${part}`)) {
          refuse(`it lacks lora_${part.toUpperCase()} of ${module} in layer ${layer}`);
        }
      }
    }
  }
}

/** Widths, by the check that any GGUF adapter goes through; without a base, that all layers are alike. */
function requireFits(
  tensors: GgufTensorSource[],
  architecture: string,
  alpha: number,
  base: Gguf | null,
  refuse: (reason: string) => never,
): void {
  const header: Gguf = {
    version: 3,
    metadata: {
      'general.type': 'adapter',
      'adapter.type': 'lora',
      'general.architecture': architecture,
      'adapter.lora.alpha': alpha,
    },
    tensors: tensors.map(({ name, shape, type }) => ({ name, shape: [...shape], type, offset: 0, bytes: 0 })),
    fileBytes: 0,
  };
  const [problem] = adapterProblems(header, base);
  if (problem) refuse(problem);
  const first = new Map<string, string>();
  for (const { name, shape } of tensors) {
    const kind = name.replace(/^blk\.\d+\./, '');
    const size = shape.join('×');
    const expected = first.get(kind) ?? size;
    if (size !== expected) refuse(`"${name}" is ${size} where other layers have ${expected}`);
    first.set(kind, size);
  }
}

/** A tensor as GGUF names and stores it: the same bytes in the same order, dimensions named innermost first. */
function source(
  path: string,
  { layer, module, part, tensor }: Part,
  active: Map<string, boolean>,
): GgufTensorSource {
  const name = `${weightName(layer, module)}.lora_${part}`;
  return {
    name,
    shape: tensor.shape.toReversed(),
    type: 'F16',
    data: () => halves(path, tensor, () => active.set(name, true)),
  };
}

async function* halves(path: string, tensor: SafeTensor, onActive: () => void): AsyncGenerator<Buffer> {
  let active = false;
  for await (const numbers of readNumbers(path, tensor)) {
    const bytes = Buffer.allocUnsafe(numbers.length * 2);
    for (let i = 0; i < numbers.length; i++) {
      const half = toHalf(numbers[i] ?? 0);
      if ((half & 0x7c00) === 0x7c00) {
        throw new UserError(
          `${path}: "${tensor.name}" holds a number that is infinite, none, or beyond 65504`,
        );
      }
      if ((half & 0x7fff) !== 0) active = true;
      bytes.writeUInt16LE(half, i * 2);
    }
    yield bytes;
  }
  if (active) onActive();
}
