import { WORKER_LIMITS, WORKERS } from './limits.ts';
import { WorkerPool } from './pool.ts';

let shared: WorkerPool | undefined;

/**
 * The process's workers, like the threads that Node itself has for files: started when first needed, ended when idle, and no
 * reason for the process to stay.
 */
export function pool(): WorkerPool {
  shared ??= new WorkerPool({ size: WORKERS, ...WORKER_LIMITS });
  return shared;
}
