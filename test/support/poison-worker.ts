import { Worker } from 'node:worker_threads';

/**
 * A worker that speaks the pool's protocol and does what the first word of its job says: "loop", "backtrack", "fill" its heap,
 * "exit", "throw" outside its job, "fail"; anything else it gives back.
 */
const CODE = `
import { readlinkSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
let thread = null;
try { thread = readlinkSync('/proc/thread-self'); } catch {}
parentPort.on('message', ({ id, input }) => {
  const text = Buffer.from(input).toString();
  if (text === 'loop') for (;;);
  if (text === 'backtrack') /^(?:a+)+$/.test('a'.repeat(60) + 'b');
  if (text === 'fill') for (const kept = []; ; ) kept.push(Array.from({ length: 1000 }, () => ({})));
  if (text === 'exit') process.exit(3);
  if (text === 'throw') { setImmediate(() => { throw new Error('out of the blue'); }); return; }
  if (text === 'wait') return;
  if (text === 'fail') parentPort.postMessage({ type: 'failed', id, message: 'it failed', heldMb: 1 });
  else parentPort.postMessage({ type: 'done', id, value: text, heldMb: 1 });
});
parentPort.postMessage({ type: 'ready', thread });
`;

export const startPoisonWorker = (heapMb: number): Worker =>
  new Worker(new URL(`data:text/javascript,${encodeURIComponent(CODE)}`), {
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
