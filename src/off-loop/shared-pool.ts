import { JUDGES, READERS, WORKER_LIMITS } from './limits.ts';
import { WorkerPool } from './pool.ts';

let shared: Record<'readers' | 'judges', WorkerPool> | undefined;

function pools(): Record<'readers' | 'judges', WorkerPool> {
  shared ??= {
    readers: new WorkerPool({ size: READERS, ...WORKER_LIMITS }),
    judges: new WorkerPool({ size: JUDGES, ...WORKER_LIMITS }),
  };
  return shared;
}

/**
 * The process's workers, like the threads that Node itself has for files: started when first needed, ended when idle, and no
 * reason for the process to stay.
 */
export const readers = (): WorkerPool => pools().readers;
export const judges = (): WorkerPool => pools().judges;

/** Gives back what workers that have nothing to do take; the next job starts one anew. */
export function endIdleWorkers(): void {
  for (const workers of [readers(), judges()]) workers.endIdle();
}
