/**
 * Up to here the event loop does the work itself, since handing it over would cost more than it saves; beyond, a worker does.
 * Raw bytes of a mail, and characters of all the text that a judgement reads. The slowest mail found by the fuzz tests below
 * these takes the loop a tenth of what it may be held up.
 */
export const SMALL_MAIL_BYTES = 16 * 1024;
export const SHORT_TEXT_CHARS = 4_000;

/**
 * What one job in a worker may take. The largest mail a gate accepts by default, 25 MB of attachments, takes a third of the time
 * and two thirds of the heap.
 */
export const WORKER_LIMITS = {
  cpuMs: 5_000,
  wallMs: 30_000,
  heapMb: 96,
  grownMb: 64,
  idleMs: 60_000,
};

/** Two, so that one mail which takes long does not stop the others. */
export const READERS = 2;

/** What they judge is bounded text; one, because the language detector takes half of its heap. */
export const JUDGES = 1;
