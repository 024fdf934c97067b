import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/config/user-error.ts';
import { readGguf } from '../../src/models/gguf-read.ts';
import { type GgufTensorSource, writeGguf } from '../../src/models/gguf-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'presend-gguf-'));

const tensor = (name: string, shape: number[], fill = 1): GgufTensorSource => ({
  name,
  shape,
  type: 'F16',
  data: () => [
    Buffer.alloc(
      shape.reduce((a, b) => a * b, 2),
      fill,
    ),
  ],
});

async function sample(name = 'sample.gguf'): Promise<string> {
  const path = join(folder, name);
  await writeGguf(
    path,
    {
      'general.architecture': { type: 'string', value: 'qwen2' },
      'adapter.lora.alpha': { type: 'float32', value: 16 },
      'qwen2.block_count': { type: 'uint32', value: 2 },
      'tokenizer.ggml.tokens': { type: 'string[]', value: ['a', 'é', '<|im_end|>'] },
      'tokenizer.ggml.token_type': { type: 'int32[]', value: [1, 1, 3] },
      'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
    },
    [tensor('first', [3, 5]), tensor('second', [7])],
  );
  return path;
}

/** The sample with some of its bytes changed. */
async function damaged(name: string, damage: (bytes: Buffer) => Buffer | void): Promise<string> {
  const bytes = readFileSync(await sample());
  const path = join(folder, name);
  writeFileSync(path, damage(bytes) ?? bytes);
  return path;
}

describe('a GGUF file', () => {
  test('is read back as it was written, tensors on 32-byte boundaries', async () => {
    const gguf = await readGguf(await sample());
    expect(gguf.version).toBe(3);
    expect({ ...gguf.metadata }).toEqual({
      'general.architecture': 'qwen2',
      'adapter.lora.alpha': 16,
      'qwen2.block_count': 2,
      'tokenizer.ggml.tokens': ['a', 'é', '<|im_end|>'],
      'tokenizer.ggml.token_type': [1, 1, 3],
      'tokenizer.ggml.add_bos_token': false,
    });
    expect(gguf.tensors).toMatchObject([
      { name: 'first', shape: [3, 5], type: 'F16', bytes: 30 },
      { name: 'second', shape: [7], type: 'F16', bytes: 14 },
    ]);
    expect(gguf.tensors.map(({ offset }) => offset % 32)).toEqual([0, 0]);
  });

  test('with a header longer than the first read is read whole', async () => {
    const path = join(folder, 'long.gguf');
    const tokens = Array.from({ length: 150_000 }, (_, i) => `token ${i}`);
    await writeGguf(path, { tokens: { type: 'string[]', value: tokens } }, [tensor('only', [4])]);
    const { metadata, tensors } = await readGguf(path);
    expect((metadata['tokens'] as string[]).at(-1)).toBe('token 149999');
    expect(tensors).toHaveLength(1);
  });

  test('that is cut off anywhere is refused, in the header and in the weights', async () => {
    const whole = readFileSync(await sample());
    const path = join(folder, 'cut.gguf');
    writeFileSync(path, whole);
    const { tensors } = await readGguf(path);
    const end = tensors.at(-1)!;
    for (let length = end.offset + end.bytes - 1; length >= 0; length--) {
      truncateSync(path, length);
      await expect(readGguf(path)).rejects.toThrow(UserError);
      await expect(readGguf(path)).rejects.toThrow(/cut off|not fit|not a GGUF/);
    }
  });

  test.each([
    ['something else', (b: Buffer) => void b.write('GGML', 0), /not a GGUF file/],
    ['a pointer to large-file storage', () => Buffer.from('version https://git-lfs'), /not a GGUF file/],
    ['a newer version', (b: Buffer) => void b.writeUInt32LE(4, 4), /version 4 is not supported/],
    ['big endian', (b: Buffer) => void b.writeUInt32BE(3, 4), /big endian/],
    ['2^40 tensors', (b: Buffer) => void b.writeBigUInt64LE(1n << 40n, 8), /tensors, which do not fit/],
    ['2^63 entries', (b: Buffer) => void b.writeBigUInt64LE(1n << 63n, 16), /entries, which do not fit/],
    ['an endless key', (b: Buffer) => void b.writeBigUInt64LE(1n << 50n, 24), /not fit/],
    ['an unknown metadata type', (b: Buffer) => void b.writeUInt32LE(77, 24 + 8 + 20), /unknown type 77/],
  ])('that is %s is refused', async (_, damage, sentence) => {
    await expect(readGguf(await damaged('bad.gguf', damage))).rejects.toThrow(sentence);
  });

  test('whose tensors overlap, share a name, or have no room is refused', async () => {
    const path = join(folder, 'twice.gguf');
    await writeGguf(path, {}, [tensor('same', [4]), tensor('same', [4])]);
    await expect(readGguf(path)).rejects.toThrow(/same name/);
    await writeGguf(path, {}, [tensor('one', [64]), tensor('two', [4])]);
    const bytes = readFileSync(path);
    // The second tensor's offset is the last number of the header.
    bytes.writeBigUInt64LE(32n, bytes.indexOf('two') + 3 + 4 + 8 + 4);
    writeFileSync(path, bytes);
    await expect(readGguf(path)).rejects.toThrow(/overlap/);
  });

  test('of any damage gives a sentence or a header that fits, never anything else', async () => {
    const whole = readFileSync(await sample());
    const path = join(folder, 'fuzz.gguf');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          writeFileSync(path, bytes);
          try {
            const { tensors, fileBytes } = await readGguf(path);
            expect(tensors.every((t) => t.offset + t.bytes <= fileBytes)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is not left behind when its data fail or are too short', async () => {
    const path = join(folder, 'never.gguf');
    await expect(writeGguf(path, {}, [{ ...tensor('short', [4]), data: () => [] }])).rejects.toThrow(/short/);
    await expect(readGguf(path)).rejects.toThrow(/no such file/);
    await expect(readGguf(folder)).rejects.toThrow(/not a file/);
  });
});
