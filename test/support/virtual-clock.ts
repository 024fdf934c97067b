import type { Clock } from '../../src/judge/adapter/pool/clock.ts';

interface Timer {
  at: number;
  /** Timers of one moment run in the order in which they were set. */
  order: number;
  work: () => void;
  takenBack: boolean;
}

/** Time that passes only when told to: a seeded simulation runs the same on every machine. */
export class VirtualClock implements Clock {
  #now = 0;
  #set = 0;
  /** A binary heap, the next timer first. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: (this.#set += 1), work, takenBack: false };
    this.#push(timer);
    return () => {
      timer.takenBack = true;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Runs timer after timer, and what follows from each, until `done` says so or none is left. */
  async run(done: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (done()) return;
      const timer = this.#pop();
      if (!timer) return;
      if (timer.takenBack) continue;
      this.#now = timer.at;
      timer.work();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent], timer)) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#timers;
    const [first] = heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child += 1;
      if (before(last, heap[child])) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** All promises that can settle without time passing have settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
