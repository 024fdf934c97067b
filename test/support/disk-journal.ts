import { readFileSync } from 'node:fs';

/** Bytes of one entry's head, as in disk-faults.c. */
const HEAD = 24;

interface Change {
  at: number;
  bytes: Buffer;
}

/** One file, as the page cache shows it and as the disk holds it. */
class JournalledFile {
  #disk: Buffer = Buffer.alloc(0);
  /** Written, and not yet synced. */
  #dirty: (Change | { length: number })[] = [];

  write(change: Change): void {
    this.#dirty.push(change);
  }

  truncate(length: number): void {
    this.#dirty.push({ length });
  }

  /** An fsync that passed brings all that is dirty to the disk; one that failed only marks it clean. */
  sync(passed: boolean): void {
    if (passed) {
      for (const change of this.#dirty)
        this.#disk = 'length' in change ? cut(this.#disk, change.length) : put(this.#disk, change);
    } else {
      // The length is the file system's own and survives in its journal; the data does not.
      for (const change of this.#dirty) {
        if ('length' in change) this.#disk = cut(this.#disk, change.length);
        else if (change.at + change.bytes.length > this.#disk.length) {
          this.#disk = cut(this.#disk, change.at + change.bytes.length);
        }
      }
    }
    this.#dirty = [];
  }

  get disk(): Buffer {
    return this.#disk;
  }
}

function cut(bytes: Buffer, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, length)], length);
}

function put(bytes: Buffer, { at, bytes: data }: Change): Buffer {
  const longer = at + data.length > bytes.length ? cut(bytes, at + data.length) : Buffer.from(bytes);
  data.copy(longer, at);
  return longer;
}

/**
 * What the disk holds after a power cut: for each file that was journalled (`DiskFaults` with `journal`), the bytes that a sync
 * which passed has written, a file that was removed being gone at once. Pages of a sync that failed count as clean from then on and are not written by the next
 * ("fsyncgate"); what was never synced is gone.
 *
 * @param journal the files' whole history, from their making
 */
export function diskAfterPowerCut(journal: string): Map<string, Buffer> {
  const bytes = readFileSync(journal);
  const files = new Map<string, JournalledFile>();
  for (let at = 0; at < bytes.length; ) {
    const op = String.fromCharCode(bytes[at]);
    const pathBytes = bytes.readUInt32LE(at + 4);
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    const count = Number(bytes.readBigUInt64LE(at + 16));
    const path = bytes.toString('utf8', at + HEAD, at + HEAD + pathBytes);
    at += HEAD + pathBytes;
    if (op === 'u') {
      files.delete(path);
      continue;
    }
    const file = files.get(path) ?? new JournalledFile();
    files.set(path, file);
    if (op === 'w') {
      file.write({ at: offset, bytes: bytes.subarray(at, at + count) });
      at += count;
    } else if (op === 't') file.truncate(offset);
    else file.sync(op === 's');
  }
  return new Map([...files].map(([path, file]) => [path, file.disk]));
}
