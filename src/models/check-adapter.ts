import { UserError } from '../config/user-error.ts';
import { readPieces } from './files.ts';
import { type Gguf, type GgufTensor, readGguf } from './gguf-read.ts';
import { parseGgufName, weightName } from './lora-modules.ts';

/**
 * What keeps a GGUF adapter from working on a base as its author meant, one sentence each; empty when it fits. Only
 * headers are compared.
 */
export function adapterProblems(adapter: Gguf, base: Gguf | null): string[] {
  const { metadata, tensors } = adapter;
  if (metadata['general.type'] !== 'adapter' || metadata['adapter.type'] !== 'lora') {
    return ['it is not a LoRA adapter'];
  }
  const problems: string[] = [];
  const architecture = String(metadata['general.architecture']);
  if (base && base.metadata['general.architecture'] !== architecture) {
    return [
      `it is for ${architecture} models, and the base is ${String(base.metadata['general.architecture'])}`,
    ];
  }
  const alpha = metadata['adapter.lora.alpha'];
  if (typeof alpha !== 'number' || !(alpha > 0)) problems.push('its alpha is missing or not above zero');
  if (tensors.length === 0) problems.push('it holds no weights');

  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const weights = base && new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of tensors) {
    const part = parseGgufName(tensor.name);
    if (!part) {
      problems.push(`it holds "${tensor.name}", which is no part of a block that can be adapted`);
      continue;
    }
    const weight = weightName(part.layer, part.module);
    const other = byName.get(`${weight}.lora_${part.part === 'a' ? 'b' : 'a'}`);
    if (!other) problems.push(`"${tensor.name}" has no counterpart`);
    else if (part.part === 'a') problems.push(...pairProblems(weight, tensor, other, weights));
  }
  return problems;
}

function pairProblems(
  weight: string,
  a: GgufTensor,
  b: GgufTensor,
  weights: ReadonlyMap<string, GgufTensor> | null,
): string[] {
  if (a.shape.length !== 2 || b.shape.length !== 2) return [`the parts of "${weight}" are not matrices`];
  const [input, rank] = a.shape;
  const [rankOfB, output] = b.shape;
  if (rank !== rankOfB) return [`the two parts of "${weight}" have ranks ${rank} and ${rankOfB}`];
  if (!weights) return [];
  const shape = weights.get(weight)?.shape;
  if (!shape) return [`the base has no "${weight}": it has fewer layers or is another model`];
  if (shape[0] === input && shape[1] === output) return [];
  return [
    `"${weight}" is ${shape.join('×')} in the base and ${input}×${output} in the adapter: it is for another base`,
  ];
}

/** Whether no module of the adapter changes anything, because A or B is zero throughout. Reads until one does. */
export async function adapterIsSilent(path: string, adapter: Gguf): Promise<boolean> {
  const byName = new Map(adapter.tensors.map((tensor) => [tensor.name, tensor]));
  for (const [name, b] of byName) {
    if (!name.endsWith('.lora_b')) continue;
    const a = byName.get(`${name.slice(0, -1)}a`);
    if (a && !(await isZero(path, b)) && !(await isZero(path, a))) return false;
  }
  return true;
}

async function isZero(path: string, { offset, bytes, type }: GgufTensor): Promise<boolean> {
  // The sign of a zero is in the last byte of each number.
  const width = type === 'F32' ? 4 : 2;
  for await (const piece of readPieces(path, { start: offset, end: offset + bytes })) {
    if (piece.some((byte, i) => (i % width === width - 1 ? byte & 0x7f : byte) !== 0)) return false;
  }
  return true;
}

/**
 * For whoever loads a model: refuses an adapter that would fail to load or judge nothing.
 *
 * @throws UserError with the first thing that is wrong
 */
export async function requireAdapterFits(basePath: string, adapterPath: string): Promise<void> {
  const [base, adapter] = [await readGguf(basePath), await readGguf(adapterPath)];
  const [problem] = adapterProblems(adapter, base);
  if (problem) throw new UserError(`${adapterPath}: ${problem}`);
  if (await adapterIsSilent(adapterPath, adapter)) {
    throw new UserError(`${adapterPath}: all its updates are zero: it would judge as the base alone does`);
  }
}
