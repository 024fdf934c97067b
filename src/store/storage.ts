import { statfs } from 'node:fs/promises';
import type { Logger } from '../observability/logger.ts';
import type { DiskTrouble, TroubleKind } from './disk-trouble.ts';
import type { StoreHealth } from './database.ts';

/** How often the free room is measured. */
const MEASURE_MS = 1_000;

/** How often trouble that lasts is told again. */
const REMIND_MS = 60_000;

/** Why the gate takes no mail, as `/readyz` tells it. */
export interface Unready {
  kind: TroubleKind | 'no_room';
  why: string;
  mend: string;
  /** When it began, milliseconds since the epoch. */
  since: number;
}

export interface StorageOptions {
  disk: StoreHealth;
  /** The data folder. */
  folder: string;
  /** Below this many free bytes nothing more is accepted. */
  minFreeBytes: number;
  now: () => number;
  log: Logger;
  /** @param kind null = all is well */
  onChange: (kind: Unready['kind'] | null) => void;
  /** @returns bytes this user may still write in the folder; tests bring their own */
  freeBytes?: (folder: string) => Promise<number>;
}

/**
 * Whether the disk takes mail: what the database's commits met, and a reserve. Mail that is accepted still has to be judged, sent
 * and settled, and each of that is a write; so the intake stops while there is room for it.
 */
export class Storage {
  readonly #options: StorageOptions;
  #trouble: Unready | null = null;
  #noRoom: Unready | null = null;
  #told: Unready | null = null;
  #toldAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: StorageOptions) {
    this.#options = options;
    options.disk.onChange((trouble) => {
      this.#trouble = trouble && this.#unready(trouble);
      this.#tell();
    });
  }

  /** Measures the room, and goes on doing so. */
  async start(): Promise<void> {
    await this.measure();
    this.#timer = setInterval(() => void this.measure(), MEASURE_MS).unref();
  }

  stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    return Promise.resolve();
  }

  /** null = it takes mail. */
  unready(): Unready | null {
    return this.#trouble ?? this.#noRoom;
  }

  /** Before a mail is accepted. @throws an error with the code ENOSPC when the reserve is touched */
  requireRoom(): void {
    if (this.#noRoom) throw Object.assign(new Error(this.#noRoom.why), { code: 'ENOSPC' });
  }

  /** Looks at the room now. */
  async measure(): Promise<void> {
    const { folder, minFreeBytes, freeBytes = freeOf } = this.#options;
    // A folder that cannot be looked at tells of itself by the next commit.
    const free = await freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
    const megabytes = (count: number): string => `${Math.round(count / 1e6)} MB`;
    this.#noRoom =
      free >= minFreeBytes
        ? null
        : {
            kind: 'no_room',
            why: `only ${megabytes(free)} are free in the data folder; below ${megabytes(minFreeBytes)} (storage.min_free_mb) nothing more is accepted`,
            mend: 'Make room. What is accepted goes on being judged and sent, and the gate takes mail again by itself.',
            since: this.#noRoom?.since ?? this.#options.now(),
          };
    this.#tell();
  }

  #unready({ kind, says, code, mend }: DiskTrouble): Unready {
    return { kind, why: `${says} (${code})`, mend, since: this.#trouble?.since ?? this.#options.now() };
  }

  #tell(): void {
    const { log, now, onChange } = this.#options;
    const is = this.unready();
    const changed = is?.kind !== this.#told?.kind;
    if (changed) onChange(is?.kind ?? null);
    if (is === null) {
      if (this.#told) {
        const seconds = Math.round((now() - this.#told.since) / 1000);
        log.warn({ storage: 'well', seconds }, 'the disk is well again; the gate takes mail');
      }
    } else if (changed || now() - this.#toldAt >= REMIND_MS) {
      log.error({ storage: is.kind, mend: is.mend }, `no mail is taken (451, 503): ${is.why}`);
      this.#toldAt = now();
    }
    this.#told = is;
  }
}

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
