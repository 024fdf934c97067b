import type { Worker } from 'node:worker_threads';
import { cpuTimeOf } from './cpu-time.ts';
import { JobLimitError } from './job-limit-error.ts';
import type { JobInput, JobName, JobResult } from './jobs.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { startWorker } from './start-worker.ts';

export interface PoolOptions {
  /** Workers at most; each is started when there is work for it. */
  size: number;
  /** Processor time one job may take, where the system tells it. Milliseconds. */
  cpuMs: number;
  /** Time one job may take from its start to its end, whatever else the machine does. Milliseconds. */
  wallMs: number;
  /** Heap of one worker, MiB. What is outside it (raw bytes) is bounded by the size of what is submitted. */
  heapMb: number;
  /** A worker that holds more than this, heap and buffers, is ended after its job, which gives the memory back. MiB. */
  grownMb: number;
  /** A worker that had nothing to do for this long is ended. Milliseconds. */
  idleMs: number;
  /** Starts a worker that speaks `protocol.ts`; tests bring their own. */
  start?: (heapMb: number) => Worker;
}

/** Whoever does jobs. */
export type Workers = Pick<WorkerPool, 'run'>;

interface Job {
  id: number;
  name: JobName;
  input: unknown;
  transfer: ArrayBuffer[];
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

interface Seat {
  worker: Worker;
  ready: boolean;
  thread: string | null;
  job: Job | null;
  /** When the job was handed over, milliseconds. */
  began: number;
  /** Processor time the thread had used when its job was first looked at, milliseconds; null = it was not yet. */
  cpuBefore: number | null;
  idle: NodeJS.Timeout | undefined;
}

/** How often jobs at work are looked at, milliseconds. */
const WATCH_MS = 50;

/**
 * Worker threads for what may cost time: one job at a time each, in order of arrival. A job that goes beyond a limit ends its
 * worker and fails alone; the others wait for the next free worker. Threads of `node:worker_threads` and no library: piscina
 * does not tell which thread does which job, and so can watch neither its processor time nor the clock from the job's own start.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * @param transfer buffers in `input` that are given away instead of copied
   * @throws JobLimitError when the job was ended; Error when it failed, or no worker can be started
   */
  run<N extends JobName>(name: N, input: JobInput<N>, transfer: ArrayBuffer[] = []): Promise<JobResult<N>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, name, input, transfer, resolve, reject });
      this.#handOut();
    });
  }

  /** Ends all workers; jobs at work or waiting fail. */
  async close(): Promise<void> {
    const closed = new Error('the workers were ended');
    for (const job of this.#waiting.splice(0)) job.reject(closed);
    await Promise.all([...this.#seats].map((seat) => this.#end(seat, closed)));
  }

  /**
   * Whether a job would be begun soon.
   *
   * @param longMs a job at work for longer may take as long again
   */
  isFree(longMs: number): boolean {
    if (this.#seats.size < this.#options.size) return true;
    const now = performance.now();
    return [...this.#seats].some(({ ready, job, began }) => ready && (job === null || now - began < longMs));
  }

  /** Ends those that have nothing to do, which gives their memory back. */
  endIdle(): void {
    for (const seat of this.#seats) if (seat.ready && seat.job === null) this.#retire(seat);
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const seat = [...this.#seats].find(({ job, ready }) => job === null && ready);
      if (!seat) {
        const starting = [...this.#seats].filter(({ ready }) => !ready).length;
        if (this.#seats.size < this.#options.size && starting < this.#waiting.length) this.#start();
        return;
      }
      this.#give(seat, this.#waiting.shift()!);
    }
  }

  #start(): void {
    const { heapMb, start = startWorker } = this.#options;
    const seat: Seat = {
      worker: start(heapMb),
      ready: false,
      thread: null,
      job: null,
      began: 0,
      cpuBefore: null,
      idle: undefined,
    };
    this.#seats.add(seat);
    seat.worker.on('message', (message: FromWorker) => this.#hear(seat, message));
    seat.worker.on('error', (error) => this.#lost(seat, error));
    seat.worker.on('exit', () => this.#lost(seat, new Error('the worker ended by itself')));
    this.#handOut();
  }

  #give(seat: Seat, job: Job): void {
    clearTimeout(seat.idle);
    seat.job = job;
    seat.began = performance.now();
    // Most jobs end before they are looked at, and asking the system costs as much as a short one.
    seat.cpuBefore = null;
    // Only what somebody waits for keeps the process alive.
    seat.worker.ref();
    const { id, name, input, transfer } = job;
    try {
      seat.worker.postMessage({ id, name, input } satisfies ToWorker, transfer);
    } catch (error) {
      this.#free(seat);
      job.reject(error as Error);
      return;
    }
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS).unref();
  }

  #hear(seat: Seat, message: FromWorker): void {
    if (message.type === 'ready') {
      seat.ready = true;
      seat.thread = message.thread;
      this.#free(seat);
    } else if (seat.job?.id === message.id) {
      const { resolve, reject } = seat.job;
      if (message.heldMb > this.#options.grownMb) this.#retire(seat);
      else this.#free(seat);
      if (message.type === 'done') resolve(message.value as never);
      else reject(new Error(message.message));
    }
    this.#handOut();
  }

  #free(seat: Seat): void {
    seat.job = null;
    seat.worker.unref();
    seat.idle = setTimeout(() => this.#retire(seat), this.#options.idleMs).unref();
  }

  /** Ends a worker that has done what it was asked. */
  #retire(seat: Seat): void {
    seat.job = null;
    void this.#end(seat, new Error('retired'));
  }

  /** Ends what has gone beyond its time. */
  #look(): void {
    const { cpuMs, wallMs } = this.#options;
    let atWork = 0;
    for (const seat of this.#seats) {
      if (seat.job === null) continue;
      atWork += 1;
      const cpu = cpuTimeOf(seat.thread);
      seat.cpuBefore ??= cpu;
      const used = (cpu ?? 0) - (seat.cpuBefore ?? 0);
      if (used > cpuMs) {
        void this.#end(seat, new JobLimitError(`took more than ${cpuMs / 1000} seconds of processor time`));
      } else if (performance.now() - seat.began > wallMs) {
        void this.#end(seat, new JobLimitError(`took more than ${wallMs / 1000} seconds`));
      }
    }
    if (atWork > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** The worker is gone or going: its job fails, and whoever waits gets another. */
  #lost(seat: Seat, error: Error): void {
    if (!this.#seats.delete(seat)) return;
    clearTimeout(seat.idle);
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? new JobLimitError(`needed more than ${this.#options.heapMb} MiB of memory`)
        : error;
    if (seat.job) seat.job.reject(seat.ready && why === error ? broken(error) : why);
    // A worker that cannot even start would be started over and over for the same job.
    else if (!seat.ready) this.#waiting.shift()?.reject(why);
    this.#handOut();
  }

  async #end(seat: Seat, why: Error): Promise<void> {
    this.#lost(seat, why);
    await seat.worker.terminate();
  }
}

/** A job that takes its worker along is as little to be tried again as one that takes too long. */
function broken(error: Error): Error {
  return error instanceof JobLimitError ? error : new JobLimitError(`ended the worker (${error.message})`);
}
