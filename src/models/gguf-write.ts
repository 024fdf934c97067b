import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { GGML_TYPES } from './ggml-types.ts';

/** Metadata with the type it is stored as. */
export type GgufField =
  | { type: 'string'; value: string }
  | { type: 'uint32' | 'int32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string[]'; value: readonly string[] }
  | { type: 'int32[]' | 'float32[]'; value: readonly number[] };

export interface GgufTensorSource {
  name: string;
  /** Innermost dimension first. */
  shape: readonly number[];
  type: 'F16' | 'F32';
  /** Exactly the bytes that shape and type make, in any pieces. Read once, when their turn comes. */
  data: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const ALIGNMENT = 32;
const SCALAR = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8 } as const;
const ARRAY = 9;

/**
 * Writes a GGUF file (version 3, little endian). Tensor data passes through and is never held as a whole. The file
 * appears under `path` only when it is complete and on disk; when anything throws, nothing is left behind. `accept` is
 * called when all data have passed and may throw to refuse them.
 *
 * @returns its length in bytes
 */
export async function writeGguf(
  path: string,
  metadata: Readonly<Record<string, GgufField>>,
  tensors: readonly GgufTensorSource[],
  accept: () => void = () => {},
): Promise<number> {
  const partial = `${path}.${process.pid}.partial`;
  const file = await open(partial, 'w', 0o644);
  try {
    const bytes = await write(file, metadata, tensors);
    accept();
    await file.sync();
    await file.close();
    await rename(partial, path);
    return bytes;
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
}

async function write(
  file: FileHandle,
  metadata: Readonly<Record<string, GgufField>>,
  tensors: readonly GgufTensorSource[],
): Promise<number> {
  const header = headerOf(metadata, tensors);
  let position = header.length;
  await file.writeFile(header);
  for (const tensor of tensors) {
    let left = bytesOf(tensor);
    for await (const piece of tensor.data()) {
      left -= piece.length;
      position += piece.length;
      await file.writeFile(piece);
    }
    if (left !== 0) throw new RangeError(`tensor ${tensor.name} is ${left} bytes short`);
    const gap = padding(position);
    if (gap > 0) await file.writeFile(Buffer.alloc(gap));
    position += gap;
  }
  return position;
}

function headerOf(
  metadata: Readonly<Record<string, GgufField>>,
  tensors: readonly GgufTensorSource[],
): Buffer {
  const pieces: Buffer[] = [
    Buffer.from('GGUF', 'latin1'),
    uint32(3),
    uint64(tensors.length),
    uint64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, field]) => [text(key), ...encode(field)]),
  ];
  let offset = 0;
  for (const tensor of tensors) {
    pieces.push(
      text(tensor.name),
      uint32(tensor.shape.length),
      ...tensor.shape.map(uint64),
      uint32(tensor.type === 'F32' ? 0 : 1),
      uint64(offset),
    );
    offset += bytesOf(tensor);
    offset += padding(offset);
  }
  const header = Buffer.concat(pieces);
  return Buffer.concat([header, Buffer.alloc(padding(header.length))]);
}

function bytesOf({ shape, type }: GgufTensorSource): number {
  const stored = GGML_TYPES.get(type === 'F32' ? 0 : 1);
  return shape.reduce((product, size) => product * size, stored?.bytes ?? 0);
}

const padding = (position: number): number => (ALIGNMENT - (position % ALIGNMENT)) % ALIGNMENT;

function encode(field: GgufField): Buffer[] {
  switch (field.type) {
    case 'string':
      return [uint32(SCALAR.string), text(field.value)];
    case 'bool':
      return [uint32(SCALAR.bool), Buffer.of(field.value ? 1 : 0)];
    case 'uint32':
      return [uint32(SCALAR.uint32), uint32(field.value)];
    case 'int32':
      return [uint32(SCALAR.int32), int32(field.value)];
    case 'float32':
      return [uint32(SCALAR.float32), float32(field.value)];
    case 'string[]':
      return [uint32(ARRAY), uint32(SCALAR.string), uint64(field.value.length), ...field.value.map(text)];
    case 'int32[]':
      return [uint32(ARRAY), uint32(SCALAR.int32), uint64(field.value.length), ...field.value.map(int32)];
    case 'float32[]':
      return [uint32(ARRAY), uint32(SCALAR.float32), uint64(field.value.length), ...field.value.map(float32)];
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
