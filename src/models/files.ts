import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Pieces of `size` bytes of a file from `start` to `end` (exclusive; default: its end); only the last is shorter. */
export async function* readPieces(
  path: string,
  { start = 0, end = Number.POSITIVE_INFINITY, size = 1024 * 1024 } = {},
): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (let position = start; position < end; ) {
      // A buffer of its own each time: the reader may keep it.
      const buffer = Buffer.allocUnsafe(Math.min(size, end - position));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (filled > 0) yield buffer.subarray(0, filled);
      if (filled < buffer.length) return;
      position += filled;
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file in lower-case hex; `progress` is told the bytes read so far. */
export async function sha256File(path: string, progress?: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const piece of readPieces(path)) {
    hash.update(piece);
    done += piece.length;
    progress?.(done);
  }
  return hash.digest('hex');
}

/** Writes a small file so that a reader finds the old text or the new one, also after a crash. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  const file = openSync(partial, 'w', 0o644);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}
