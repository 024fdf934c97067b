import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../http/api-error.ts';
import type { ProbeCase } from './web-types.ts';

/** More than anybody reads; `presend eval` reads larger files from elsewhere. */
const MAX_CASES = 5_000;

/**
 * The file of saved probe cases, one JSON object a line as `presend eval` reads it (`evaluate/cases.ts`). Lines that somebody
 * else wrote into it stay as they are.
 */
export class ProbeCases {
  readonly path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dataDir: string) {
    this.path = join(dataDir, 'probe-cases.jsonl');
  }

  /** Newest first; lines that are no case of this page are left out. */
  async list(): Promise<ProbeCase[]> {
    return (await this.#lines()).flatMap((line) => caseOf(line) ?? []).toReversed();
  }

  add(values: Omit<ProbeCase, 'id'>): Promise<ProbeCase> {
    return this.#inTurn(async () => {
      const lines = await this.#lines();
      if (lines.length >= MAX_CASES) {
        throw new ApiError('conflict', `There are ${MAX_CASES} cases already; delete some first.`);
      }
      const added = { id: `probe-${randomUUID()}`, ...values };
      await this.#write([...lines, JSON.stringify(added)]);
      return added;
    });
  }

  /** @returns the case that was there, null when there was none */
  remove(id: string): Promise<ProbeCase | null> {
    return this.#inTurn(async () => {
      const lines = await this.#lines();
      const at = lines.findIndex((line) => caseOf(line)?.id === id);
      if (at < 0) return null;
      const removed = caseOf(lines[at]!);
      await this.#write(lines.toSpliced(at, 1));
      return removed;
    });
  }

  async #lines(): Promise<string[]> {
    try {
      return (await readFile(this.path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Replaced as a whole, so that a crash leaves the old file or the new one. */
  async #write(lines: readonly string[]): Promise<void> {
    const beside = `${this.path}.new`;
    await writeFile(beside, lines.map((line) => `${line}\n`).join(''), { mode: 0o600, flush: true });
    await rename(beside, this.path);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function caseOf(line: string): ProbeCase | null {
  try {
    const value = JSON.parse(line) as ProbeCase;
    return typeof value.id === 'string' && typeof value.at === 'number' && typeof value.draft === 'string'
      ? value
      : null;
  } catch {
    return null;
  }
}
