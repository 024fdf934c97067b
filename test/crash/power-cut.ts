import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../src/evaluate/random.ts';

const FILES = ['presend.db', 'presend.db-wal'] as const;

/** A record of `power-cut.c`: one write or truncation that no sync has followed. */
interface Unsynced {
  offset: number;
  /** Size of the file before it. */
  before: number;
  former: Buffer;
  /** null = a truncation to `offset`. */
  came: Buffer | null;
}

/**
 * Power cuts for a process that is killed: what it wrote and had not synced by then is taken back, or some of it stays, as a
 * disk would have it that writes in an order of its own.
 */
export class PowerCuts {
  readonly #library: string;
  readonly #log: string;
  /** Writes that were taken back, all cuts together. */
  taken = 0;

  private constructor(library: string, log: string) {
    this.#library = library;
    this.#log = log;
  }

  /** @returns null where there is no C compiler, or no LD_PRELOAD */
  static build(): PowerCuts | null {
    if (process.platform !== 'linux') return null;
    const folder = mkdtempSync(join(tmpdir(), 'presend-power-cut-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const library = join(folder, 'power-cut.so');
    const source = join(import.meta.dirname, 'power-cut.c');
    const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
    return status === 0 ? new PowerCuts(library, join(folder, 'log')) : null;
  }

  /** For processes on another data folder than before. */
  begin(): void {
    rmSync(this.#log, { recursive: true, force: true });
    mkdirSync(this.#log);
  }

  /** For the process whose power is to be cut. */
  env(): Record<string, string> {
    return { LD_PRELOAD: this.#library, POWER_CUT_LOG: this.#log };
  }

  /**
   * Once the process is dead.
   *
   * @param folder its data folder
   * @param random decides whether all that was not synced is gone, or each write stays or goes by itself
   */
  cut(folder: string, random: Random): void {
    const share = random() < 0.5 ? 0 : random();
    for (const file of FILES) {
      const log = join(this.#log, file);
      const path = join(folder, file);
      if (!existsSync(log) || !existsSync(path)) continue;
      const unsynced = readLog(readFileSync(log));
      let content: Buffer = readFileSync(path);
      for (const one of unsynced.toReversed()) content = takeBack(content, one);
      for (const one of unsynced) {
        if (random() < share) content = redo(content, one);
        else this.taken += 1;
      }
      writeFileSync(path, content);
      rmSync(log);
    }
    // Shared memory goes with the power.
    rmSync(join(folder, 'presend.db-shm'), { force: true });
  }
}

function readLog(log: Buffer): Unsynced[] {
  const all: Unsynced[] = [];
  let at = 0;
  // The last record may be cut short: then the write that it was to precede never began.
  while (at + 24 <= log.length) {
    const there = log.readUInt32LE(at + 16);
    const size = log.readUInt32LE(at + 20);
    const truncation = size === 0xffffffff;
    const end = at + 24 + there + (truncation ? 0 : size);
    if (end > log.length) break;
    all.push({
      offset: Number(log.readBigInt64LE(at)),
      before: Number(log.readBigInt64LE(at + 8)),
      former: log.subarray(at + 24, at + 24 + there),
      came: truncation ? null : log.subarray(at + 24 + there, end),
    });
    at = end;
  }
  return all;
}

function takeBack(content: Buffer, { offset, before, former }: Unsynced): Buffer {
  const whole = resized(content, before);
  former.copy(whole, offset);
  return whole;
}

function redo(content: Buffer, { offset, came }: Unsynced): Buffer {
  if (came === null) return resized(content, Math.min(offset, content.length));
  const whole = resized(content, Math.max(content.length, offset + came.length));
  came.copy(whole, offset);
  return whole;
}

function resized(content: Buffer, size: number): Buffer {
  if (content.length === size) return content;
  const whole = Buffer.alloc(size);
  content.copy(whole);
  return whole;
}
