import { open } from 'node:fs/promises';
import { UserError } from '../config/user-error.ts';
import { GGML_TYPES } from './ggml-types.ts';

/** A 64-bit number beyond 2^53 comes as a bigint. */
export type GgufValue = string | number | bigint | boolean | GgufValue[];

export interface GgufTensor {
  name: string;
  /** Innermost dimension first, as in the file: [in, out] for a weight that PyTorch calls [out, in]. */
  shape: number[];
  /** As ggml names it: "F16", "Q4_K" … */
  type: string;
  /** From the start of the file, in bytes. */
  offset: number;
  bytes: number;
}

/** The header of a GGUF file, checked against the length of the file. */
export interface Gguf {
  version: number;
  metadata: Record<string, GgufValue>;
  tensors: GgufTensor[];
  fileBytes: number;
}

/** A vocabulary of 150,000 tokens with its merges takes about 6 MiB. */
const MAX_HEADER = 64 * 1024 * 1024;
const FIRST_READ = 1024 * 1024;
const MAX_NAME = 1024;
const MAX_DEPTH = 3;
const MAX_DIMENSIONS = 4;

/**
 * Reads the header of a GGUF file (version 2 or 3, little endian) and nothing of its weights. No count or length that
 * the file claims is believed before it is known to fit into the file.
 *
 * @throws UserError `<path>: …` when it is missing, no GGUF file, cut off or inconsistent
 */
export async function readGguf(path: string): Promise<Gguf> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      error.code === 'ENOENT' ? `${path}: no such file` : `${path}: cannot be read (${error.code})`,
    );
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new UserError(`${path}: this is not a file`);
    for (let room = FIRST_READ; ; room *= 8) {
      const want = Math.min(room, info.size, MAX_HEADER);
      const buffer = Buffer.alloc(want);
      let filled = 0;
      while (filled < want) {
        const { bytesRead } = await file.read(buffer, filled, want - filled, filled);
        if (bytesRead === 0) throw new UserError(`${path}: the file became shorter while it was read`);
        filled += bytesRead;
      }
      try {
        return parseGguf(buffer, info.size);
      } catch (error) {
        if (!(error instanceof HeaderGoesOn)) {
          throw error instanceof GgufError ? new UserError(`${path}: ${error.message}`) : error;
        }
        if (want === info.size) {
          throw new UserError(`${path}: the file is cut off in its header; fetch it again`);
        }
        if (want === MAX_HEADER) throw new UserError(`${path}: corrupt: its header is longer than 64 MiB`);
      }
    }
  } finally {
    await file.close();
  }
}

/** What is wrong with the bytes, without the file's name. */
class GgufError extends Error {}

/** The header does not end within the bytes given. */
class HeaderGoesOn extends Error {}

const SCALAR_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8] as const;
const STRING = 8;
const ARRAY = 9;

/** @throws GgufError when it can never be right, HeaderGoesOn when more bytes are needed */
function parseGguf(buffer: Buffer, fileBytes: number): Gguf {
  const at = new Cursor(buffer, fileBytes);
  if (fileBytes < 4 || at.take(4).toString('latin1') !== 'GGUF')
    throw new GgufError('this is not a GGUF file');
  if (fileBytes < 24) throw new HeaderGoesOn();
  const version = at.take(4).readUInt32LE();
  if (version === 0x02000000 || version === 0x03000000) {
    throw new GgufError('this GGUF file is big endian, which is not supported');
  }
  if (version !== 2 && version !== 3) {
    throw new GgufError(`GGUF version ${version} is not supported; versions 2 and 3 are`);
  }
  const tensorCount = at.count('tensors', 32);
  const metadataCount = at.count('metadata entries', 13);

  const metadata: Record<string, GgufValue> = Object.create(null) as Record<string, GgufValue>;
  for (let i = 0; i < metadataCount; i++) {
    const key = at.name('metadata key');
    if (key in metadata) throw new GgufError(`corrupt: metadata "${key}" is given twice`);
    metadata[key] = at.value(at.take(4).readUInt32LE(), 0);
  }
  const alignment = metadata['general.alignment'] ?? 32;
  if (typeof alignment !== 'number' || alignment < 8 || alignment > 65_536 || alignment % 8 !== 0) {
    throw new GgufError('corrupt: its alignment makes no sense');
  }
  const tensors = at.list(tensorCount, 32, () => at.tensor());
  const dataStart = Math.ceil(at.position / alignment) * alignment;
  place(tensors, dataStart, alignment, fileBytes);
  return { version, metadata, tensors, fileBytes };
}

/** Turns offsets within the data into offsets within the file, and checks that each tensor lies there alone. */
function place(tensors: GgufTensor[], dataStart: number, alignment: number, fileBytes: number): void {
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) {
    throw new GgufError('corrupt: two tensors have the same name');
  }
  for (const tensor of tensors) {
    if (tensor.offset % alignment !== 0) throw new GgufError(`corrupt: tensor "${tensor.name}" is misplaced`);
    tensor.offset += dataStart;
    if (tensor.offset + tensor.bytes > fileBytes) {
      throw new GgufError(`the file is cut off: tensor "${tensor.name}" ends after it; fetch it again`);
    }
  }
  const inOrder = tensors.toSorted((a, b) => a.offset - b.offset);
  for (const [i, tensor] of inOrder.entries()) {
    const next = inOrder[i + 1];
    if (next && tensor.offset + tensor.bytes > next.offset) {
      throw new GgufError(`corrupt: tensors "${tensor.name}" and "${next.name}" overlap`);
    }
  }
}

class Cursor {
  position = 0;
  readonly #buffer: Buffer;
  readonly #fileBytes: number;

  constructor(buffer: Buffer, fileBytes: number) {
    this.#buffer = buffer;
    this.#fileBytes = fileBytes;
  }

  take(bytes: number): Buffer {
    const end = this.position + bytes;
    if (end > this.#buffer.length) throw new HeaderGoesOn();
    const slice = this.#buffer.subarray(this.position, end);
    this.position = end;
    return slice;
  }

  /** A number of things of at least `least` bytes each, all of which the rest of the file has room for. */
  count(what: string, least: number): number {
    const number = this.take(8).readBigUInt64LE();
    if (number > BigInt(Math.floor((this.#fileBytes - this.position) / least))) {
      throw new GgufError(`corrupt or cut off: it claims ${number} ${what}, which do not fit into the file`);
    }
    return Number(number);
  }

  /** Nothing is set aside for items that were not read yet. */
  list<T>(length: number, least: number, read: () => T): T[] {
    if (length * least > this.#buffer.length - this.position) throw new HeaderGoesOn();
    return Array.from({ length }, read);
  }

  string(): string {
    return this.take(this.count('bytes of text', 1)).toString('utf8');
  }

  name(what: string): string {
    const length = this.count(`bytes of a ${what}`, 1);
    if (length > MAX_NAME) throw new GgufError(`corrupt: a ${what} of ${length} bytes`);
    return this.take(length).toString('utf8');
  }

  value(kind: number, depth: number): GgufValue {
    if (kind === STRING) return this.string();
    if (kind === ARRAY) {
      if (depth >= MAX_DEPTH) throw new GgufError('corrupt: metadata lists are nested too deep');
      const of = this.take(4).readUInt32LE();
      const least = of === STRING ? 8 : of === ARRAY ? 12 : SCALAR_BYTES[of];
      if (!least) throw new GgufError(`corrupt: metadata of the unknown type ${of}`);
      const length = this.count('list items', least);
      return this.list(length, least, () => this.value(of, depth + 1));
    }
    const bytes = SCALAR_BYTES[kind];
    if (!bytes) throw new GgufError(`corrupt: metadata of the unknown type ${kind}`);
    return scalar(kind, this.take(bytes));
  }

  /** `offset` is still relative to the tensor data. */
  tensor(): GgufTensor {
    const name = this.name('tensor name');
    const dimensions = this.take(4).readUInt32LE();
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw new GgufError(`corrupt: tensor "${name}" has ${dimensions} dimensions`);
    }
    const shape = Array.from({ length: dimensions }, () => Number(this.take(8).readBigUInt64LE()));
    const number = this.take(4).readUInt32LE();
    const type = GGML_TYPES.get(number);
    if (!type) throw new GgufError(`tensor "${name}" has the unknown type ${number}`);
    const elements = shape.reduce((product, size) => product * size, 1);
    const bytes = (elements / type.elements) * type.bytes;
    const offset = Number(this.take(8).readBigUInt64LE());
    if (
      shape.some((size) => size < 1) ||
      (shape[0] ?? 0) % type.elements !== 0 ||
      !Number.isSafeInteger(bytes) ||
      !Number.isSafeInteger(offset)
    ) {
      throw new GgufError(`corrupt: tensor "${name}" has an impossible shape or place`);
    }
    return { name, shape, type: type.name, offset, bytes };
  }
}

function scalar(kind: number, bytes: Buffer): number | bigint | boolean {
  switch (kind) {
    case 0:
      return bytes.readUInt8();
    case 1:
      return bytes.readInt8();
    case 2:
      return bytes.readUInt16LE();
    case 3:
      return bytes.readInt16LE();
    case 4:
      return bytes.readUInt32LE();
    case 5:
      return bytes.readInt32LE();
    case 6:
      return bytes.readFloatLE();
    case 7:
      return bytes.readUInt8() !== 0;
    case 10:
      return narrow(bytes.readBigUInt64LE());
    case 11:
      return narrow(bytes.readBigInt64LE());
    default:
      return bytes.readDoubleLE();
  }
}

const narrow = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
