import type { JobName } from './jobs.ts';

/** Gate → worker. */
export interface ToWorker {
  id: number;
  name: JobName;
  input: unknown;
}

/** Worker → gate. `thread` names the kernel's thread, null where the system does not tell; `heldMb` is what
 * the worker's heap and buffers have grown to. */
export type FromWorker =
  | { type: 'ready'; thread: string | null }
  | { type: 'done'; id: number; value: unknown; heldMb: number }
  | { type: 'failed'; id: number; message: string; heldMb: number };
