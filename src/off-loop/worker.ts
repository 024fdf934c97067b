import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { JOBS } from './jobs.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

/** A worker thread: does one job at a time until it is ended. */

const tell = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', ({ id, name, input }: ToWorker) => {
  const job = JOBS[name] as (input: unknown) => Promise<unknown>;
  job(input).then(
    (value) => tell({ type: 'done', id, value, heldMb: heldMb() }),
    (error: unknown) => tell({ type: 'failed', id, message: String(error), heldMb: heldMb() }),
  );
});

/** A quarter of a processor that somebody else wants as well, all of one that nobody wants. */
const NICE = 5;

const thread = kernelThread();
standBack();
tell({ type: 'ready', thread });

/** Clients that hand in mail go first: where processors are few, the event loop's thread gets them before this one. */
function standBack(): void {
  try {
    // Linux gives each thread a priority of its own (setpriority(2), NOTES); elsewhere the process keeps the one it has.
    if (thread !== null) setPriority(Number(basename(thread)), NICE);
  } catch {
    // It then only takes its turn as others do.
  }
}

/** The heap, and what buffers hold beside it: those of a job stay until garbage is collected, and an idle thread collects none. */
function heldMb(): number {
  const { total_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return (heap + buffers) / 1024 ** 2;
}

/** Linux only: a thread's processor time is found under this name. */
function kernelThread(): string | null {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    return null;
  }
}
