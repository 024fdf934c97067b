import type { VirtualClock } from '../support/virtual-clock.ts';
import { Station } from './station.ts';

/** How long background work stands back at most, and for how long it may run then (queue/intake-first.ts). */
const MAX_WAIT_MS = 150;
const SLICE_MS = 10;

interface Job {
  ms: number;
  done: () => void;
}

/** The one thread of a gate: what clients wait for goes first, the rest gets a slice now and then whatever happens. */
export class Processor {
  readonly thread: Station;
  readonly #clock: VirtualClock;
  readonly #intake: Job[] = [];
  readonly #background: Job[] = [];
  #running = false;
  #backgroundAt = 0;
  #sliceUntil = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.thread = new Station(clock, 1);
  }

  intake(ms: number): Promise<void> {
    return this.#add(this.#intake, ms);
  }

  background(ms: number): Promise<void> {
    if (this.#background.length === 0) this.#backgroundAt = Math.max(this.#backgroundAt, this.#clock.now());
    return this.#add(this.#background, ms);
  }

  #add(jobs: Job[], ms: number): Promise<void> {
    return new Promise((resolve) => {
      jobs.push({ ms, done: resolve });
      if (!this.#running) this.#next();
    });
  }

  #next(): void {
    const now = this.#clock.now();
    if (this.#background.length > 0 && now >= this.#sliceUntil && now - this.#backgroundAt > MAX_WAIT_MS) {
      this.#sliceUntil = now + SLICE_MS;
    }
    const first = this.#intake.length > 0 && now >= this.#sliceUntil;
    const job = first ? this.#intake.shift() : (this.#background.shift() ?? this.#intake.shift());
    if (!job) return;
    if (!first) this.#backgroundAt = now;
    this.#running = true;
    this.thread.come(
      () => job.ms,
      () => {
        this.#running = false;
        job.done();
        if (!this.#running) this.#next();
      },
    );
  }
}
