import { open } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import { readPieces } from './files.ts';

/** The number formats that adapters come in. */
export type FloatType = 'F16' | 'BF16' | 'F32';
const BYTES: Record<FloatType, number> = { F16: 2, BF16: 2, F32: 4 };

export interface SafeTensor {
  name: string;
  /** Outermost dimension first, as PyTorch says it. */
  shape: number[];
  type: FloatType;
  /** From the start of the file, in bytes. */
  start: number;
  end: number;
}

/** As the format's own reader limits it. */
const MAX_HEADER = 100_000_000;

const entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/**
 * Reads the header of a safetensors file: 8 bytes length, JSON, then the data. Every tensor must lie in the file, one
 * after the other without gaps, with as many bytes as its shape needs.
 *
 * @throws UserError `<path>: …`
 */
export async function readSafetensors(path: string): Promise<SafeTensor[]> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      error.code === 'ENOENT' ? `${path}: no such file` : `${path}: cannot be read (${error.code})`,
    );
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new UserError(`${path}: this is not a file`);
    const cutOff = new UserError(`${path}: the file is cut off; fetch it again`);
    if (info.size < 8) throw cutOff;
    const length = (await file.read(Buffer.alloc(8), 0, 8, 0)).buffer.readBigUInt64LE();
    if (length > MAX_HEADER || length < 2) {
      throw new UserError(`${path}: this is not a safetensors file`);
    }
    const dataStart = 8 + Number(length);
    if (dataStart > info.size) throw cutOff;
    const header = Buffer.alloc(Number(length));
    await file.read(header, 0, header.length, 8);
    return parseHeader(header, path, dataStart, info.size);
  } finally {
    await file.close();
  }
}

function parseHeader(header: Buffer, path: string, dataStart: number, fileBytes: number): SafeTensor[] {
  let json: unknown;
  try {
    json = JSON.parse(header.toString('utf8'));
  } catch {
    throw new UserError(`${path}: this is not a safetensors file (its header is not JSON)`);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(json);
  if (!parsed.success) throw new UserError(`${path}: this is not a safetensors file`);
  const tensors = Object.entries(parsed.data)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => toTensor(name, value, path, dataStart));
  let expected = dataStart;
  for (const { name, start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== expected)
      throw new UserError(`${path}: corrupt: "${name}" is not where the one before it ends`);
    if (end > fileBytes) {
      throw new UserError(`${path}: the file is cut off: "${name}" ends after it; fetch it again`);
    }
    expected = end;
  }
  if (expected !== fileBytes) {
    throw new UserError(`${path}: corrupt: ${fileBytes - expected} bytes belong to no tensor`);
  }
  return tensors;
}

function toTensor(name: string, value: unknown, path: string, dataStart: number): SafeTensor {
  const parsed = entry.safeParse(value);
  if (!parsed.success) throw new UserError(`${path}: corrupt: the entry of "${name}" cannot be read`);
  const { dtype, shape, data_offsets } = parsed.data;
  if (!isFloatType(dtype)) {
    throw new UserError(`${path}: "${name}" is stored as ${dtype}; F16, BF16 and F32 can be read`);
  }
  const bytes = shape.reduce((product, size) => product * size, BYTES[dtype]);
  const [start, end] = data_offsets;
  if (end - start !== bytes) {
    throw new UserError(`${path}: corrupt: "${name}" does not have the bytes that its shape needs`);
  }
  return { name, shape, type: dtype, start: dataStart + start, end: dataStart + end };
}

const isFloatType = (dtype: string): dtype is FloatType => Object.hasOwn(BYTES, dtype);

/** The numbers of a tensor, a piece at a time. */
export async function* readNumbers(path: string, tensor: SafeTensor): AsyncGenerator<Float32Array> {
  for await (const piece of readPieces(path, { start: tensor.start, end: tensor.end })) {
    yield toFloat32(piece, tensor.type);
  }
}

function toFloat32(piece: Buffer, type: FloatType): Float32Array {
  const numbers = new Float32Array(Math.floor(piece.length / BYTES[type]));
  if (type === 'F32') {
    for (let i = 0; i < numbers.length; i++) numbers[i] = piece.readFloatLE(i * 4);
  } else if (type === 'F16') {
    for (let i = 0; i < numbers.length; i++) numbers[i] = fromHalf(piece.readUInt16LE(i * 2));
  } else {
    // bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(numbers.buffer);
    for (let i = 0; i < numbers.length; i++) bits[i] = piece.readUInt16LE(i * 2) << 16;
  }
  return numbers;
}

/** The number that the 16 bits of an IEEE 754 half stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The 16 bits of the IEEE 754 half nearest to a float32, ties to even; beyond 65504 it is an infinity. */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = floatBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  // 65520 is half-way to what would be the next half after 65504.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest >= 0x38800000) {
    const halved = rest - 0x38000000;
    return sign | ((halved + 0xfff + ((halved >>> 13) & 1)) >>> 13);
  }
  // Too small for an exponent: whole multiples of 2^-24.
  const units = Math.abs(value) * 2 ** 24;
  const below = Math.floor(units);
  const up = units - below > 0.5 || (units - below === 0.5 && below % 2 === 1);
  return sign | (below + (up ? 1 : 0));
}
