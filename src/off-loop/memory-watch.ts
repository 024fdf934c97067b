import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { endIdleWorkers } from './shared-pool.ts';

export interface MemoryWatchOptions {
  /** Of the whole process, bytes. */
  rss: () => number;
  /** Collects the garbage of the main thread. */
  collect: () => void;
  /** Ends the workers that have nothing to do. */
  endIdleWorkers: () => void;
}

/**
 * From here on what is garbage is given back, and where that was not enough idle workers are ended: a new one takes half a second of
 * processor time. A gate at rest takes 190 MB, with all of its workers 280; V8 by itself would let the
 * garbage of large mail lie until its heap and its buffers had grown to several times of what is in use.
 */
const FULL_BYTES = 300e6;
/** A gate that is in use of more, for long lists of recipients, has little garbage until it has grown by this much since. */
const GROWN_BYTES = 30e6;

/** How often it is looked at, and how long it rests after a collection, which holds the loop up for less than a tenth of a second. */
const LOOK_MS = 100;
const REST_MS = 1_000;
/** One large mail after another fills it within that second: where it has grown by so much since, it rests no longer than this. */
const GROWN_FAST_BYTES = 60e6;
const SHORT_REST_MS = 300;

/** Keeps what a gate takes near what it needs while it is sent large mail. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #collectedAt = -Infinity;
  /** The least it took since the last collection. */
  #least = 0;

  constructor(options: Partial<MemoryWatchOptions> = {}) {
    this.#options = {
      rss: () => process.memoryUsage.rss(),
      collect: collector(),
      endIdleWorkers,
      ...options,
    };
    this.#timer = setInterval(() => this.look(performance.now()), LOOK_MS).unref();
  }

  /** @param now milliseconds of any clock that only goes forwards */
  look(now: number): void {
    const { rss, collect, endIdleWorkers } = this.#options;
    const bytes = rss();
    this.#least = Math.min(this.#least, bytes);
    const [rest, grown] =
      now - this.#collectedAt < REST_MS ? [SHORT_REST_MS, GROWN_FAST_BYTES] : [REST_MS, GROWN_BYTES];
    if (now - this.#collectedAt < rest || bytes < Math.max(FULL_BYTES, this.#least + grown)) return;
    collect();
    if (rss() > FULL_BYTES) endIdleWorkers();
    this.#least = rss();
    this.#collectedAt = now;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** V8's own, which Node hands out on a flag only. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
