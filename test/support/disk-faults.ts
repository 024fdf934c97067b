import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, 'disk-faults.c');

/** Where each field of the C side's `struct control` lies. */
const FIELDS = { write: 0, sync: 4, open: 8, read: 12, shortBytes: 16, skip: 20, hits: 24 } as const;
const PATHS = [32, 144] as const;
const PATH_BYTES = 112;
const SIZE = 256;

type Errno = keyof typeof constants.errno;

export interface Faults {
  /** Writing and truncating. */
  write?: Errno;
  /** fsync and fdatasync. */
  sync?: Errno;
  /** Opening for writing, making, renaming, removing. */
  open?: Errno;
  read?: Errno;
  /** Of a write that fails so many bytes arrive, and the call says so. */
  shortBytes?: number;
  /** Faults passed over before the first. */
  skip?: number;
}

let built: string | null | undefined;

/** The library for LD_PRELOAD; null where there is no C compiler, or no Linux. */
export function faultLibrary(): string | null {
  if (built !== undefined) return built;
  const library = join(mkdtempSync(join(tmpdir(), 'presend-faults-')), 'disk-faults.so');
  const { status } =
    process.platform === 'linux'
      ? spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], { stdio: 'inherit' })
      : { status: 1 };
  built = status === 0 ? library : null;
  return built;
}

/** Faults of a child's disk, switched while it runs. */
export class DiskFaults {
  readonly #fd: number;
  /** What the child must have in its environment. */
  readonly env: Record<string, string>;

  /**
   * @param folder where the shared file goes; not on the disk that fails
   * @param paths parts of the paths that faults are for, two at most
   * @param options.journal write down every change of those files here (`disk-journal.ts`)
   */
  constructor(folder: string, paths: [string] | [string, string], options: { journal?: string } = {}) {
    const library = faultLibrary();
    if (library === null) throw new Error('no C compiler: ask faultLibrary() first');
    const path = join(folder, 'disk-faults.control');
    const control = Buffer.alloc(SIZE);
    for (const [i, part] of paths.entries()) {
      if (Buffer.byteLength(part) >= PATH_BYTES) throw new Error(`too long: ${part}`);
      control.write(part, PATHS[i]);
    }
    writeFileSync(path, control);
    this.#fd = openSync(path, 'r+');
    this.env = {
      LD_PRELOAD: library,
      DISK_FAULTS_CONTROL: path,
      ...(options.journal === undefined ? {} : { DISK_FAULTS_JOURNAL: options.journal }),
    };
  }

  /** From now on these calls fail, and no others. */
  set({ write, sync, open, read, shortBytes = 0, skip = 0 }: Faults): void {
    this.#put('shortBytes', shortBytes);
    this.#put('skip', skip);
    for (const [field, code] of Object.entries({ write, sync, open, read })) {
      this.#put(field as keyof typeof FIELDS, code === undefined ? 0 : constants.errno[code]);
    }
  }

  clear(): void {
    this.set({});
  }

  /** Calls that failed so far. */
  get hits(): number {
    const field = Buffer.alloc(4);
    readSync(this.#fd, field, 0, 4, FIELDS.hits);
    return field.readInt32LE();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #put(field: keyof typeof FIELDS, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.#fd, bytes, 0, 4, FIELDS[field]);
  }
}
